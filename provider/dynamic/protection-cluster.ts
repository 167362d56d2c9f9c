import type * as pulumi from "@pulumi/pulumi";
import {
  type ProtectionClusterInputs,
  protectionClusterKind,
  type ProtectionClusterOutputs,
} from "../kinds/protection-cluster.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationProtectionClusterArgs = DeclaredArgs<ProtectionClusterInputs>;

/** Protected machines that are one unit; a change of `activeLocation` is a failover or failback of them all. */
export class ReplicationProtectionCluster extends DeclaredResource {
  declare readonly name: pulumi.Output<ProtectionClusterOutputs["name"]>;
  declare readonly type: pulumi.Output<ProtectionClusterOutputs["type"]>;
  declare readonly activeLocation: pulumi.Output<ProtectionClusterOutputs["activeLocation"]>;
  declare readonly properties: pulumi.Output<ProtectionClusterOutputs["properties"]>;

  constructor(name: string, args: ReplicationProtectionClusterArgs, options?: pulumi.CustomResourceOptions) {
    super(protectionClusterKind, name, args, ["name", "type", "activeLocation", "properties"], options);
  }
}
