import type * as pulumi from "@pulumi/pulumi";
import { type PolicyInputs, policyKind, type PolicyOutputs } from "../kinds/policy.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationPolicyArgs = DeclaredArgs<PolicyInputs>;

/** How often to replicate and how long recovery points are kept. */
export class ReplicationPolicy extends DeclaredResource {
  declare readonly name: pulumi.Output<PolicyOutputs["name"]>;
  declare readonly type: pulumi.Output<PolicyOutputs["type"]>;
  declare readonly properties: pulumi.Output<PolicyOutputs["properties"]>;

  constructor(name: string, args: ReplicationPolicyArgs, options?: pulumi.CustomResourceOptions) {
    super(policyKind, name, args, ["name", "type", "properties"], options);
  }
}
