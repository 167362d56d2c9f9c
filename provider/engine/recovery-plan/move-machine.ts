/** A machine's own failover, commit or failback: the job that it would be by itself, guarded by the same table. */
import { idKey } from "../../arm-id.ts";
import { commitJob } from "../failover/commit-job.ts";
import { failbackJob } from "../failover/failback-job.ts";
import { plannedFailoverJob, unplannedFailoverJob } from "../failover/failover-job.ts";
import { reverseReplicationJob } from "../failover/reverse-replication-job.ts";
import {
  testFailoverCleanupJob,
  type TestFailoverInput,
  testFailoverJob,
} from "../failover/test-failover-jobs.ts";
import type { JobDefinition, Progress } from "../job/job-definition.ts";
import { requireItem, startJob } from "../job/run-job.ts";
import type { ItemAction } from "../protected-item/transitions.ts";
import type { PlanPoints } from "./choose-plan-points.ts";
import { stepOf } from "./plan-operation.ts";
import type { PlanRun } from "./plan-run.ts";
import { withFreeItem } from "./with-free-item.ts";

/** What a machine's step did: the action it took, or why none was needed. */
export interface MoveResult {
  readonly action?: ItemAction;
  readonly skipped?: string;
  readonly pointId?: string;
}

type Starter = (itemId: string, progress: Progress) => Promise<void>;

function starters(run: PlanRun, points: PlanPoints): Partial<Record<ItemAction, Starter>> {
  const { parts, input, plan } = run;
  const job =
    <Input>(definition: JobDefinition<Input>, inputOf: (itemId: string) => Input): Starter =>
    (itemId, progress) =>
      startJob(parts, definition, { itemId, input: inputOf(itemId) }, progress);
  const recoveryPointOf = (itemId: string): string => points[idKey(itemId)] ?? "latest";
  // The boot groups start the machines, each when its turn has come.
  const startMachine = false;
  const failover = (itemId: string): { recoveryPoint: string; startMachine: boolean } => {
    return { recoveryPoint: recoveryPointOf(itemId), startMachine };
  };
  const test = (itemId: string): TestFailoverInput => {
    const { networkId = "", requestedAt } = input;
    return { ...failover(itemId), drillId: plan.id, networkId, requestedAt };
  };
  return {
    PlannedFailover: job(plannedFailoverJob, failover),
    UnplannedFailover: job(unplannedFailoverJob, failover),
    TestFailover: job(testFailoverJob, test),
    TestFailoverCleanup: job(testFailoverCleanupJob, () => ({})),
    Commit: job(commitJob, () => ({})),
    Failback: job(failbackJob, () => ({ startMachine })),
    ReverseReplicate: job(reverseReplicationJob, () => ({})),
  };
}

export async function moveMachine(
  run: PlanRun,
  itemId: string,
  points: PlanPoints,
  progress: Progress,
): Promise<MoveResult> {
  return withFreeItem(run, itemId, progress, async () => {
    // Read under the lease: a job that a dead process left may have moved the machine just now.
    const item = requireItem(run.parts, itemId);
    if (run.operation.isDone(item, run.plan.id)) return { skipped: run.operation.done };
    const action = stepOf(run.operation, item);
    await starters(run, points)[action]!(itemId, progress);
    const { recoveryMachine, testMachine } = requireItem(run.parts, itemId).details;
    const pointId = (run.operation.name === "TestFailover" ? testMachine : recoveryMachine)?.pointId;
    return { action, ...(pointId === undefined ? {} : { pointId }) };
  });
}
