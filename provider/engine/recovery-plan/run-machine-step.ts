/** A machine's own failover, commit or failback: the job that it would be by itself, guarded by the same table. */
import { idKey } from "../../arm-id.ts";
import type { EngineParts } from "../engine-parts.ts";
import { cancelJob } from "../failover/cancel-job.ts";
import { changePointJob } from "../failover/change-point-job.ts";
import { failbackJob } from "../failover/way-back-jobs.ts";
import { moveJobs } from "../failover/moves.ts";
import { testFailoverCleanupJob, testFailoverJob } from "../failover/test-failover-jobs.ts";
import type { JobDefinition } from "../job/job-definition.ts";
import type { Progress } from "../../progress.ts";
import { startJob } from "../job/run-job.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import type { ItemAction } from "../../model/transitions.ts";
import type { PlanPoints } from "./choose-plan-points.ts";
import { stepOf } from "./plan-operation.ts";
import type { PlanInput, PlanRun } from "./plan-run.ts";
import { withFreeItem } from "./with-free-item.ts";

/** What a machine's step did: the action it took, or why none was needed. */
export interface MachineStepResult {
  readonly action?: ItemAction;
  readonly skipped?: string;
  readonly pointId?: string;
}

/** Hands the job of a machine's step, with what it is asked for, to `use`: to start it, or to foresee it. */
export function withStepJob<Result>(
  { planId, input, points }: { planId: string; input: PlanInput; points: PlanPoints },
  item: ProtectedItem,
  step: ItemAction,
  use: <Input>(definition: JobDefinition<Input>, jobInput: Input) => Promise<Result>,
): Promise<Result> {
  const recoveryPoint = points[idKey(item.id)] ?? "latest";
  // The boot groups start the machines, each when its turn has come.
  const startMachine = false;
  const jobs: Partial<Record<ItemAction, () => Promise<Result>>> = {
    PlannedFailover: () => use(moveJobs.failover("planned", item), { recoveryPoint, startMachine }),
    UnplannedFailover: () => use(moveJobs.failover("unplanned", item), { recoveryPoint, startMachine }),
    TestFailover: () => {
      const { networkId = "", requestedAt } = input;
      return use(testFailoverJob, { recoveryPoint, startMachine, drillId: planId, networkId, requestedAt });
    },
    TestFailoverCleanup: () => use(testFailoverCleanupJob, {}),
    ChangePit: () => use(changePointJob, { recoveryPoint }),
    CancelFailover: () => use(cancelJob, {}),
    Commit: () => use(moveJobs.commit(item), {}),
    Failback: () => use(failbackJob, { startMachine }),
    ReverseReplicate: () => use(moveJobs.reverseReplicate(item), {}),
  };
  return jobs[step]!();
}

/** Starts the job that carries a step out. */
function startStep(
  { plan, input, parts }: { plan: PlanRun["plan"]; input: PlanInput; parts: EngineParts },
  item: ProtectedItem,
  step: ItemAction,
  points: PlanPoints,
  progress: Progress,
): Promise<void> {
  return withStepJob({ planId: plan.id, input, points }, item, step, (definition, jobInput) =>
    startJob(parts, definition, { itemId: item.id, input: jobInput }, progress),
  );
}

export async function runMachineStep(
  run: PlanRun,
  itemId: string,
  points: PlanPoints,
  progress: Progress,
): Promise<MachineStepResult> {
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
