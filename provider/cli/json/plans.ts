import type { ErrorJson } from "./error.ts";
import type { RunsFromJson, Side } from "./machine.ts";
import type { JobJson, JobState } from "./upkeep.ts";

export interface PlanTaskJson {
  readonly group: string;
  readonly name: string;
  readonly state: JobState;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** What a step came to: a machine's recovery point, a script's exit code and output, a person's comments. */
  readonly result: unknown;
}

export interface PlanJobJson {
  readonly id: string;
  /** Azure's word for the operation. */
  readonly operation: string;
  /** Azure's word in the list of jobs. */
  readonly scenario: string;
  readonly state: JobState;
  /** How often it was begun. */
  readonly attempts: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly error: ErrorJson | null;
}

export interface PlanRunJson {
  readonly plan: string;
  /** ARM id of the plan or cluster. */
  readonly id: string;
  /** The last run. */
  readonly job: PlanJobJson;
  readonly tasks: readonly PlanTaskJson[];
  readonly machines: readonly { readonly name: string; readonly runsFrom: RunsFromJson | null }[];
  /** Null while its machines are not all at one side. */
  readonly activeLocation: Side | null;
  /** What can be done now, in Azure's words. */
  readonly allowedOperations: readonly string[];
  /** What can be done now, as commands. */
  readonly allowedCommands: readonly string[];
}

/** What a command that runs a plan came to. */
export interface PlanOutcomeJson extends PlanRunJson {
  /** Runs of the same command before the last one: of `--commit` and `--finish`. */
  readonly earlierRuns: readonly { readonly job: PlanJobJson; readonly tasks: readonly PlanTaskJson[] }[];
  /** What stopped it; null if nothing did. */
  readonly error: ErrorJson | null;
}

export interface PlanActionJson {
  readonly name: string;
  /** `PrimaryToRecovery`, `RecoveryToPrimary`. */
  readonly directions: readonly string[];
}

export interface PlanShowJson {
  readonly plan: string;
  readonly id: string;
  readonly groups: readonly {
    readonly name: string;
    readonly machines: readonly {
      readonly id: string;
      /** Null if it is not protected; so are the next two. */
      readonly state: string | null;
      readonly activeLocation: Side | null;
      readonly testFailoverState: string | null;
      /** Null while it runs at the primary side. */
      readonly runsFrom: RunsFromJson | null;
    }[];
    readonly startActions: readonly PlanActionJson[];
    readonly endActions: readonly PlanActionJson[];
  }[];
  readonly allowedOperations: readonly string[];
  readonly allowedCommands: readonly string[];
  /** What a process is doing with it. */
  readonly underWay: string | null;
  readonly activeLocation: Side | null;
  /** Null if it was not run yet. */
  readonly lastRun: PlanRunJson | null;
}

export interface JobCancelJson {
  readonly jobId: string;
  /** `ends elsewhere`: the process that runs it ends before its next step. */
  readonly outcome: string;
}

export interface JobRestartJson {
  readonly job: JobJson;
}
