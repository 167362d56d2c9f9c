/** The commands that run a plan's operations. */
import { nameOf, sameId } from "../../arm-id.ts";
import type { ProtectedItem } from "../../model/item.ts";
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

/**
 * Command lines that run these operations of a plan: `siterecovery plan commit shop`. A machine that is in a test of its own
 * keeps the plan from everything else: the clean-up of that test is named as well.
 */
export function planCommandsOf(
  planId: string,
  operations: readonly PlanOperationName[],
  items: readonly (ProtectedItem | undefined)[] = [],
): string[] {
  const ownTests = items.filter(
    (item) =>
      item !== undefined &&
      item.testFailoverState !== "None" &&
      !sameId(item.details.testMachine?.drillId ?? "", planId),
  );
  return [
    ...operations.map((operation) => `siterecovery plan ${words[operation](nameOf(planId))}`),
    ...ownTests.map((item) => `siterecovery clean-up ${nameOf(item!.id)}`),
  ];
}
