/** Moving a machine from side to side: each move is a job, chosen by the state of the machine. */
import { isDeepStrictEqual } from "node:util";
import { listJobs } from "../../store/jobs.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../../model/flows.ts";
import type { JobDefinition } from "../job/job-definition.ts";
import type { Progress } from "../../progress.ts";
import { startJob } from "../job/run-job.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { type ItemAction, nextState } from "../../model/transitions.ts";
import { requireWholeClusters } from "../protected-item/cluster-actions.ts";
import { withItem } from "../gate/with-item.ts";
import { cancelJob } from "./cancel-job.ts";
import { changePointJob } from "./change-point-job.ts";
import { commitAndReverseJob, commitJob } from "./commit-job.ts";
import {
  type FailbackInput,
  failbackJob,
  plannedFailoverToPrimaryJob,
  unplannedFailoverToPrimaryJob,
} from "./way-back-jobs.ts";
import { type FailoverInput, plannedFailoverJob, unplannedFailoverJob } from "./failover-job.ts";
import { afterStep, foreseeLater, toldOnce } from "./foresee-later.ts";
import { type ForeseenMove, foreseeStep } from "./foresee-step.ts";
import { migrateJob } from "./migrate-job.ts";
import { reverseReplicationJob, reverseToPrimaryJob } from "./reverse-replication-job.ts";

const failovers = {
  planned: { out: plannedFailoverJob, back: plannedFailoverToPrimaryJob },
  unplanned: { out: unplannedFailoverJob, back: unplannedFailoverToPrimaryJob },
} as const;

type NoInput = Record<string, never>;

/** The job of each move, by the state of the machine when it is run. */
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

/** A move and what it is asked for. */
export type Move =
  | ({ readonly action: "failover" } & FailoverChoice)
  | { readonly action: "changePoint"; readonly recoveryPoint: string }
  | { readonly action: "cancel" | "commit" | "reverseReplicate" }
  | { readonly action: "migrate"; readonly shutDownSource: boolean }
  | ({ readonly action: "failback" } & FailbackInput);

/** Hands the job of a move, by the state of the machine, and its input to `use`. */
function withJob<Result>(
  move: Move,
  item: ProtectedItem,
  use: <Input>(definition: JobDefinition<Input>, input: Input) => Result,
): Result {
  switch (move.action) {
    case "failover": {
      const { action: _failover, kind, ...input } = move;
      return use(moveJobs.failover(kind, item), input);
    }
    case "failback": {
      const { action: _failback, ...input } = move;
      return use(failbackJob, input);
    }
    case "migrate":
      return use(migrateJob, { recoveryPoint: "latest", shutDownSource: move.shutDownSource });
    case "changePoint":
      return use(changePointJob, { recoveryPoint: move.recoveryPoint });
    case "cancel":
      return use(cancelJob, {});
    case "commit":
      return use(moveJobs.commit(item), {});
    case "reverseReplicate":
      return use(moveJobs.reverseReplicate(item), {});
  }
}

/** The moves of an engine's protected items. Each throws `ActionNotAllowed` where the table has no way on. */
export class Moves {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** To the other side: out, or back once replication was reversed. */
  failover(id: string, choice: FailoverChoice, progress: Progress): Promise<void> {
    return this.run(id, { action: "failover", ...choice }, progress);
  }

  /** A failover and its commit. Stopped anywhere and asked again for the same, it resumes with what is left. */
  async failoverAndCommit(id: string, choice: FailoverChoice, progress: Progress): Promise<void> {
    const finished = await withItem(this.#parts, id, "failover", progress, (left) => Promise.resolve(left));
    if (finished?.scenario === commitJob.scenario || finished?.scenario === commitAndReverseJob.scenario)
      return;
    if (!this.#waitsForCommitOf(id, choice)) await this.failover(id, choice, progress);
    await this.commit(id, progress);
  }

  /** Whether the failover that waits for its commit is the one that is asked for. */
  #waitsForCommitOf(id: string, { kind, ...input }: FailoverChoice): boolean {
    if (!requireItem(this.#parts, id).state.endsWith("CommitPending")) return false;
    const [last] = listJobs(this.#parts.store, { targetId: id, limit: 1 });
    const asked: string[] = [failovers[kind].out.scenario, failovers[kind].back.scenario];
    return last?.state === "Succeeded" && asked.includes(last.scenario) && isSame(last.input, input);
  }

  /** Makes the replica machine again from another recovery point, before the commit. */
  changePoint(id: string, recoveryPoint: string, progress: Progress): Promise<void> {
    return this.run(id, { action: "changePoint", recoveryPoint }, progress);
  }

  cancel(id: string, progress: Progress): Promise<void> {
    return this.run(id, { action: "cancel" }, progress);
  }

  commit(id: string, progress: Progress): Promise<void> {
    return this.run(id, { action: "commit" }, progress);
  }

  /** Once and for all: shuts the source down, unless told not to, and starts the machine at the target. */
  migrate(id: string, shutDownSource: boolean, progress: Progress): Promise<void> {
    return this.run(id, { action: "migrate", shutDownSource }, progress);
  }

  failback(id: string, progress: Progress, input: FailbackInput = {}): Promise<void> {
    return this.run(id, { action: "failback", ...input }, progress);
  }

  reverseReplicate(id: string, progress: Progress): Promise<void> {
    return this.run(id, { action: "reverseReplicate" }, progress);
  }

  /**
   * The job is chosen under the lease: a job that a dead process left is finished first, and moves the item. Where
   * that was the job that is asked for now, there is nothing left to do.
   */
  async run(itemId: string, move: Move, progress: Progress): Promise<void> {
    const { scenario, title } = withJob(move, requireItem(this.#parts, itemId), (definition) => definition);
    await withItem(this.#parts, itemId, title, progress, (finished) => {
      const item = requireItem(this.#parts, itemId);
      return withJob(move, item, async (definition, input) => {
        if (finished?.scenario === scenario && isSame(finished.input, input)) return;
        this.#requireWhole(itemId, definition);
        await startJob(this.#parts, definition, { itemId, input }, progress, "Nothing was changed.");
      });
    });
  }

  /** What a move would do now, and all that forbids it. Changes nothing, and takes no lease. */
  async foresee(itemId: string, move: Move): Promise<ForeseenMove> {
    const item = requireItem(this.#parts, itemId);
    return withJob(move, item, (definition, input) => foreseeStep(this.#parts, itemId, definition, input));
  }

  /** The same of several moves, one after the other; of the later ones as far as it can be known now. */
  async foreseeAll(itemId: string, [first, ...others]: readonly Move[]): Promise<ForeseenMove[]> {
    if (first === undefined) return [];
    const item = requireItem(this.#parts, itemId);
    const found = [await this.foresee(itemId, first)];
    let later = afterStep(
      item,
      withJob(first, item, ({ step }) => step),
    );
    for (const move of others) {
      const job = withJob(move, later, (definition, input) => ({
        step: definition.step,
        foreseen: foreseeLater(this.#parts, { item, later }, definition, input),
      }));
      found.push(await job.foreseen);
      later = afterStep(later, job.step);
    }
    return toldOnce(found);
  }

  /** The moves that a failover, with or without its commit, comes to now: one that was stopped has less left. */
  movesOfFailover(id: string, choice: FailoverChoice, commits: boolean): Move[] {
    const failover: Move = { action: "failover", ...choice };
    if (!commits) return [failover];
    return this.#waitsForCommitOf(id, choice) ? [{ action: "commit" }] : [failover, { action: "commit" }];
  }

  #requireWhole(itemId: string, { step }: Pick<JobDefinition, "step">): void {
    requireWholeClusters(this.#parts, [itemId], () => step as ItemAction);
  }
}
