import type * as pulumi from "@pulumi/pulumi";
import { type VmNetworkInputs, vmNetworkKind, type VmNetworkOutputs } from "../kinds/vm-network.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type VmNetworkArgs = DeclaredArgs<VmNetworkInputs>;

/** A network that virtual machines of a fabric join. */
export class VmNetwork extends DeclaredResource {
  declare readonly name: pulumi.Output<VmNetworkOutputs["name"]>;
  declare readonly type: pulumi.Output<VmNetworkOutputs["type"]>;
  declare readonly properties: pulumi.Output<VmNetworkOutputs["properties"]>;

  constructor(name: string, args: VmNetworkArgs, options?: pulumi.CustomResourceOptions) {
    super(vmNetworkKind, name, args, ["name", "type", "properties"], options);
  }
}
