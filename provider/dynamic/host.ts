import type * as pulumi from "@pulumi/pulumi";
import { type HostInputs, hostKind, type HostOutputs } from "../kinds/host.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationHostArgs = DeclaredArgs<HostInputs>;

/** A Hyper-V host of a VMM cloud, with the folder that holds its machines. */
export class ReplicationHost extends DeclaredResource {
  declare readonly name: pulumi.Output<HostOutputs["name"]>;
  declare readonly type: pulumi.Output<HostOutputs["type"]>;
  declare readonly properties: pulumi.Output<HostOutputs["properties"]>;

  constructor(name: string, args: ReplicationHostArgs, options?: pulumi.CustomResourceOptions) {
    super(hostKind, name, args, ["name", "type", "properties"], options);
  }
}
