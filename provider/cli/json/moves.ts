import type { ErrorJson } from "./error.ts";
import type { PointJson, RunsFromJson, Side } from "./machine.ts";

/** Where a machine is after a command that moves it, or accepts or takes back a move. */
export interface MoveJson {
  readonly name: string;
  /** ARM id of the protected item. */
  readonly id: string;
  /** Azure's word for the state. */
  readonly protectionState: string;
  readonly protectionStateDescription: string;
  /** The side that it runs at. */
  readonly activeLocation: Side;
  /** Null while it runs at the primary side. */
  readonly runsFrom: RunsFromJson | null;
  /** What can be done now, as commands. */
  readonly allowedCommands: readonly string[];
}

export interface ForeseenMachineJson {
  readonly name: string;
  readonly id: string;
  /** `lastChanges`: the point is taken after the machine was shut down. */
  readonly recoveryPoint: PointJson | { readonly lastChanges: true } | null;
  readonly steps: readonly {
    /** What is done: `shutDown`, `send`, `make`, `overwrite`, `start`, `remove` or `drop`. */
    readonly action: string;
    /** The same for people. */
    readonly text: string;
    /** The machine's folder, of steps that have one. */
    readonly folder?: string;
  }[];
  /** What is not forbidden and should be known. */
  readonly warnings: readonly string[];
  /** What forbids it. */
  readonly refusals: readonly ErrorJson[];
}

/** What a machine does in a later step of a command, as far as it can be known before the first. */
export interface ForeseenLaterJson extends Pick<ForeseenMachineJson, "steps" | "warnings" | "refusals"> {
  readonly operation: string;
}

/** What a machine's command would do: `--dry-run`. */
export interface ForeseenMoveJson extends ForeseenMachineJson {
  readonly operation: string;
  readonly allowed: boolean;
  /** What the command does after it, in order. */
  readonly then: readonly ForeseenLaterJson[];
}

/** What a plan's command would do: `--dry-run`. */
export interface ForeseenPlanJson {
  readonly plan: string;
  readonly id: string;
  /** Azure's word for the operation. */
  readonly operation: string;
  readonly allowed: boolean;
  readonly stages: readonly {
    readonly group: string;
    readonly steps: readonly { readonly kind: string; readonly text: string }[];
  }[];
  readonly machines: readonly (ForeseenMachineJson & { readonly action: string | null })[];
  /** Operations that the command runs after it, in order, and what each machine does in them. */
  readonly then: readonly {
    readonly operation: string;
    readonly machines: readonly (ForeseenLaterJson & { readonly name: string; readonly id: string })[];
  }[];
  readonly warnings: readonly string[];
  readonly refusals: readonly ErrorJson[];
}

export interface TestFailoverJson {
  readonly name: string;
  readonly id: string;
  /** Name of the machine that was started. */
  readonly testMachine: string;
  /** ARM id of the isolated network. */
  readonly networkId: string;
  readonly recoveryPointId: string;
  /** Age of the recovery point when the drill began. */
  readonly rpoSeconds: number;
  /** From the beginning until the machine ran. */
  readonly rtoSeconds: number;
  readonly runsFrom: RunsFromJson | null;
}

export interface CleanUpJson {
  readonly name: string;
  readonly id: string;
  /** Name of the test machine. */
  readonly testMachine: string;
  /** The folder that was removed; null if the test machine was not found. */
  readonly removedFolder: string | null;
}

export interface ConfirmSourceOffJson {
  readonly name: string;
  readonly id: string;
  /** `seenOff`: the source was found, and is off. `countsAsOff`: it could not be looked at. */
  readonly outcome: "seenOff" | "countsAsOff";
}

export interface DiscardPrimaryChangesJson {
  readonly name: string;
  readonly id: string;
  /** Ids of the disks that a way back may overwrite as they are now. */
  readonly disks: readonly string[];
}

export interface TakeOverMachineJson {
  /** Path of the machine's folder. */
  readonly folder: string;
  /** The engine that protected the machine. */
  readonly formerEngine: { readonly id: string; readonly home: string };
}

export interface ChooseMachineJson {
  readonly name: string;
  readonly id: string;
  readonly host: string;
}
