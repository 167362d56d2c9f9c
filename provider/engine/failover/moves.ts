/** Moving a machine from side to side: each move is a job, chosen by where the machine stands. */
import { isDeepStrictEqual } from "node:util";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../flows.ts";
import type { JobDefinition, Progress } from "../job/job-definition.ts";
import { requireItem, startJob } from "../job/run-job.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import { type ItemAction, nextState } from "../protected-item/transitions.ts";
import { requireWholeClusters } from "../protection-cluster/cluster-actions.ts";
import { withItem } from "../with-item.ts";
import { cancelJob } from "./cancel-job.ts";
import { changePointJob } from "./change-point-job.ts";
import { commitAndReverseJob, commitJob } from "./commit-job.ts";
import { type FailbackInput, failbackJob } from "./failback-job.ts";
import { type FailoverInput, plannedFailoverJob, unplannedFailoverJob } from "./failover-job.ts";
import { plannedFailoverToPrimaryJob, unplannedFailoverToPrimaryJob } from "./failover-to-primary-job.ts";
import { migrateJob } from "./migrate-job.ts";
import { reverseReplicationJob, reverseToPrimaryJob } from "./reverse-replication-job.ts";

const failovers = {
  planned: { out: plannedFailoverJob, back: plannedFailoverToPrimaryJob },
  unplanned: { out: unplannedFailoverJob, back: unplannedFailoverToPrimaryJob },
} as const;

type NoInput = Record<string, never>;

/** The job of each move, by where the machine stands when it is run. */
export const moveJobs = {
  failover: (kind: "planned" | "unplanned", { details }: ProtectedItem): JobDefinition<FailoverInput> =>
    failovers[kind][details.reverse ? "back" : "out"],
  commit: ({ details, state }: ProtectedItem): JobDefinition<NoInput> =>
    nextState(flows[details.flow], state, "Commit") === "ReverseProtected" ? commitAndReverseJob : commitJob,
  reverseReplicate: ({ activeLocation }: ProtectedItem): JobDefinition<NoInput> =>
    activeLocation === "primary" ? reverseReplicationJob : reverseToPrimaryJob,
};

export interface FailoverChoice extends FailoverInput {
  readonly kind: "planned" | "unplanned";
}

/** Whether a job was asked for the same: inputs are kept as JSON. */
function isSame(kept: unknown, input: unknown): boolean {
  return isDeepStrictEqual(kept, JSON.parse(JSON.stringify(input)));
}

/** The moves of an engine's protected items. Each throws `ActionNotAllowed` where the table has no way on. */
export class Moves {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** To the other side: out, or back once replication was reversed. */
  failover(id: string, { kind, ...input }: FailoverChoice, progress: Progress): Promise<void> {
    return this.#run(id, `${kind} failover`, (item) => moveJobs.failover(kind, item), input, progress);
  }

  /** Makes the replica machine again from another recovery point, before the commit. */
  changePoint(id: string, recoveryPoint: string, progress: Progress): Promise<void> {
    return this.#run(id, changePointJob.title, () => changePointJob, { recoveryPoint }, progress);
  }

  cancel(id: string, progress: Progress): Promise<void> {
    return this.#run(id, cancelJob.title, () => cancelJob, {}, progress);
  }

  commit(id: string, progress: Progress): Promise<void> {
    return this.#run(id, commitJob.title, moveJobs.commit, {}, progress);
  }

  /** Once and for all: shuts the source down, unless told not to, and starts the machine at the target. */
  migrate(id: string, shutDownSource: boolean, progress: Progress): Promise<void> {
    const input = { recoveryPoint: "latest", shutDownSource };
    return this.#run(id, migrateJob.title, () => migrateJob, input, progress);
  }

  failback(id: string, progress: Progress, input: FailbackInput = {}): Promise<void> {
    return this.#run(id, failbackJob.title, () => failbackJob, input, progress);
  }

  reverseReplicate(id: string, progress: Progress): Promise<void> {
    return this.#run(id, reverseReplicationJob.title, moveJobs.reverseReplicate, {}, progress);
  }

  /**
   * The job is chosen under the lease: a job that a dead process left is finished first, and moves the item. Where
   * that was the job that is asked for now, there is nothing left to do.
   */
  async #run<Input>(
    itemId: string,
    purpose: string,
    jobFor: (item: ProtectedItem) => JobDefinition<Input>,
    input: Input,
    progress: Progress,
  ): Promise<void> {
    const { scenario } = jobFor(requireItem(this.#parts, itemId));
    await withItem(this.#parts, itemId, purpose, progress, async (finished) => {
      if (finished?.scenario === scenario && isSame(finished.input, input)) return;
      const job = jobFor(requireItem(this.#parts, itemId));
      requireWholeClusters(this.#parts, [itemId], () => job.step as ItemAction);
      await startJob(this.#parts, job, { itemId, input }, progress);
    });
  }
}
