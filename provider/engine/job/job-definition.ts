/**
 * A job is a change of the engine as a list of tasks. It is written to the store before it starts; each task's
 * result is written when it ends. Killed at any instant, the next process that touches the item runs the same
 * definition again and passes over the tasks that have ended, so every task is written to be run twice:
 * it looks at what is there, then makes what is missing.
 */
import type { SiteRecoveryError } from "../../errors.ts";
import type { Progress } from "../../progress.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Foresight } from "./foresight.ts";
import type { ItemStep } from "../../model/transitions.ts";
import type { ItemDetails, ProtectedItem } from "../../model/item.ts";

/** Scenario names of Azure's job list; one that Azure uses for both directions has a name for each here. */
export type Scenario =
  | "EnableDr"
  | "DisableDr"
  | "PlannedFailover"
  | "UnplannedFailover"
  | "Failback"
  | "PlannedFailoverToPrimary"
  | "UnplannedFailoverToPrimary"
  | "ChangeRecoveryPoint"
  | "CancelFailover"
  | "CommitFailover"
  | "CommitAndReverseReplication"
  | "ReverseReplication"
  | "ReverseReplicationToPrimary"
  | "TestFailover"
  | "Migrate"
  | "TestFailoverCleanup";

export interface JobContext<Input> {
  readonly parts: EngineParts;
  readonly jobId: string;
  readonly itemId: string;
  readonly input: Input;
  readonly progress: Progress;
  /** The item as it is now; read it again after changing it. */
  item(): ProtectedItem;
  /** The result of an earlier task of this job. */
  resultOf<Result>(taskName: string): Result;
  /** Whether a task of this job has ended well. */
  hasEnded(taskName: string): boolean;
}

/** What a job is foreseen for. */
export type ForeseeContext<Input> = Pick<JobContext<Input>, "parts" | "itemId" | "input"> & {
  readonly item: ProtectedItem;
};

export interface JobTask<Input> {
  readonly name: string;
  /** What the task does, for people: `Shut down the source machine`. */
  readonly title: string;
  run(context: JobContext<Input>): Promise<unknown> | unknown;
  /**
   * Whether what the task did still holds, asked of one that has ended when its job is resumed: a machine that was shut
   * down may run again. If not, it is done again with all tasks after it.
   */
  holds?(context: JobContext<Input>): Promise<boolean> | boolean;
  /** The task starts the machine at its new side: after it, no earlier task but the one that no longer holds is repeated. */
  readonly isTurn?: boolean;
  /**
   * Whether the machine was started there though the task is not written down as ended: what it has written since must not
   * be made again from a recovery point.
   */
  hasTurned?(context: JobContext<Input>): Promise<boolean> | boolean;
}

export interface JobDefinition<Input = never> {
  readonly scenario: Scenario;
  /** For people: `planned failover`. */
  readonly title: string;
  readonly step: ItemStep;
  readonly tasks: readonly JobTask<Input>[];
  /** Whether the job waits until the machine at the recovery side runs from its own disks, and no more from its point. */
  readonly needsOwnDisks?: boolean;
  /**
   * Looks at what the job would do and what forbids it, and changes nothing. `startJob` asks before it writes the job
   * down; so do previews and `--dry-run`.
   */
  foresee?(context: ForeseeContext<Input>, foresight: Foresight): Promise<void>;
  /** Looks at what `finish` has to know of the world, once all tasks but the last are written down as ended. */
  look?(context: JobContext<Input>): Promise<Partial<ItemDetails>>;
  /**
   * The last change of the item, made in the transaction that ends the job and moves the state. `seen` is what `look` has
   * found.
   */
  finish?(context: JobContext<Input>, item: ProtectedItem, seen: Partial<ItemDetails>): ProtectedItem;
  /**
   * Undoes what can be undone after a failure (not after a crash: a crashed job is resumed), and says what it did.
   */
  rollBack?(context: JobContext<Input>, error: SiteRecoveryError): Promise<string> | string;
}
