/** The commands that run a plan's operations. */
import { nameOf } from "../../arm-id.ts";
import type { PlanOperationName } from "./plan-operation.ts";

const words: Readonly<Record<PlanOperationName, (plan: string) => string>> = {
  PlannedFailover: (plan) => `failover ${plan} --kind planned`,
  UnplannedFailover: (plan) => `failover ${plan} --kind unplanned`,
  TestFailover: (plan) => `test-failover ${plan} --network <network>`,
  TestFailoverCleanup: (plan) => `clean-up ${plan}`,
  ChangePit: (plan) => `change-recovery-point ${plan} <point>`,
  CancelFailover: (plan) => `cancel-failover ${plan}`,
  Commit: (plan) => `commit ${plan}`,
  Failback: (plan) => `failback ${plan}`,
  ReverseReplicate: (plan) => `reverse-replicate ${plan}`,
};

/** Command lines that run these operations of a plan: `siterecovery plan commit shop`. */
export function planCommandsOf(planId: string, operations: readonly PlanOperationName[]): string[] {
  return operations.map((operation) => `siterecovery plan ${words[operation](nameOf(planId))}`);
}
