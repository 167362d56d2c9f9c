/** A machine's own failover, commit or failback: the job that it would be by itself, guarded by the same table. */
import { idKey } from "../../arm-id.ts";
import { cancelJob } from "../failover/cancel-job.ts";
import { changePointJob } from "../failover/change-point-job.ts";
import { failbackJob } from "../failover/failback-job.ts";
import { moveJobs } from "../failover/moves.ts";
import { testFailoverCleanupJob, testFailoverJob } from "../failover/test-failover-jobs.ts";
import type { JobDefinition, Progress } from "../job/job-definition.ts";
import { requireItem, startJob } from "../job/run-job.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
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

/** Starts the job that carries a step out, with what it needs to know from the run. */
async function startStep(
  run: PlanRun,
  item: ProtectedItem,
  step: ItemAction,
  points: PlanPoints,
  progress: Progress,
): Promise<void> {
  const { parts, input, plan } = run;
  const recoveryPoint = points[idKey(item.id)] ?? "latest";
  // The boot groups start the machines, each when its turn has come.
  const startMachine = false;
  const start = <Input>(definition: JobDefinition<Input>, jobInput: Input): Promise<void> =>
    startJob(parts, definition, { itemId: item.id, input: jobInput }, progress);
  const jobs: Partial<Record<ItemAction, () => Promise<void>>> = {
    PlannedFailover: () => start(moveJobs.failover("planned", item), { recoveryPoint, startMachine }),
    UnplannedFailover: () => start(moveJobs.failover("unplanned", item), { recoveryPoint, startMachine }),
    TestFailover: () => {
      const { networkId = "", requestedAt } = input;
      return start(testFailoverJob, {
        recoveryPoint,
        startMachine,
        drillId: plan.id,
        networkId,
        requestedAt,
      });
    },
    TestFailoverCleanup: () => start(testFailoverCleanupJob, {}),
    ChangePit: () => start(changePointJob, { recoveryPoint }),
    CancelFailover: () => start(cancelJob, {}),
    Commit: () => start(moveJobs.commit(item), {}),
    Failback: () => start(failbackJob, { startMachine }),
    ReverseReplicate: () => start(moveJobs.reverseReplicate(item), {}),
  };
  await jobs[step]!();
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
    await startStep(run, item, action, points, progress);
    const { recoveryMachine, testMachine } = requireItem(run.parts, itemId).details;
    const pointId = (run.operation.name === "TestFailover" ? testMachine : recoveryMachine)?.pointId;
    return { action, ...(pointId === undefined ? {} : { pointId }) };
  });
}
