import type * as pulumi from "@pulumi/pulumi";
import { type VcenterInputs, vcenterKind, type VcenterOutputs } from "../kinds/vcenter.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationvCenterArgs = DeclaredArgs<VcenterInputs>;

/** A vCenter server, with the folder that holds the machines of its ESXi hosts. */
export class ReplicationvCenter extends DeclaredResource {
  declare readonly name: pulumi.Output<VcenterOutputs["name"]>;
  declare readonly type: pulumi.Output<VcenterOutputs["type"]>;
  declare readonly properties: pulumi.Output<VcenterOutputs["properties"]>;

  constructor(name: string, args: ReplicationvCenterArgs, options?: pulumi.CustomResourceOptions) {
    super(vcenterKind, name, args, ["name", "type", "properties"], options);
  }
}
