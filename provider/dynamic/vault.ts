import type * as pulumi from "@pulumi/pulumi";
import { type VaultInputs, vaultKind, type VaultOutputs } from "../kinds/vault.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type VaultArgs = DeclaredArgs<VaultInputs>;

/** A Recovery Services vault: the management boundary that everything else lives in. */
export class Vault extends DeclaredResource {
  declare readonly name: pulumi.Output<VaultOutputs["name"]>;
  declare readonly type: pulumi.Output<VaultOutputs["type"]>;
  declare readonly properties: pulumi.Output<VaultOutputs["properties"]>;

  constructor(name: string, args: VaultArgs, options?: pulumi.CustomResourceOptions) {
    super(vaultKind, name, args, ["name", "type", "properties"], options);
  }
}
