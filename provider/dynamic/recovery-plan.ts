import type * as pulumi from "@pulumi/pulumi";
import {
  type RecoveryPlanInputs,
  recoveryPlanKind,
  type RecoveryPlanOutputs,
} from "../kinds/recovery-plan.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationRecoveryPlanArgs = DeclaredArgs<RecoveryPlanInputs>;

/** Machines that move together, in groups and in order; a change of `activeLocation` is a failover or failback. */
export class ReplicationRecoveryPlan extends DeclaredResource {
  declare readonly name: pulumi.Output<RecoveryPlanOutputs["name"]>;
  declare readonly type: pulumi.Output<RecoveryPlanOutputs["type"]>;
  declare readonly activeLocation: pulumi.Output<RecoveryPlanOutputs["activeLocation"]>;
  declare readonly properties: pulumi.Output<RecoveryPlanOutputs["properties"]>;

  constructor(name: string, args: ReplicationRecoveryPlanArgs, options?: pulumi.CustomResourceOptions) {
    super(recoveryPlanKind, name, args, ["name", "type", "activeLocation", "properties"], options);
  }
}
