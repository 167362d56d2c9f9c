import type * as pulumi from "@pulumi/pulumi";
import { type FabricInputs, fabricKind, type FabricOutputs } from "../kinds/fabric.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationFabricArgs = DeclaredArgs<FabricInputs>;

/** A site whose machines are protected; without `customDetails` a Hyper-V site. */
export class ReplicationFabric extends DeclaredResource {
  declare readonly name: pulumi.Output<FabricOutputs["name"]>;
  declare readonly type: pulumi.Output<FabricOutputs["type"]>;
  declare readonly properties: pulumi.Output<FabricOutputs["properties"]>;

  constructor(name: string, args: ReplicationFabricArgs, options?: pulumi.CustomResourceOptions) {
    super(fabricKind, name, args, ["name", "type", "properties"], options);
  }
}
