/**
 * The floor that all doors open on. A handler is the only code that turns desired state into engine calls;
 * dynamic resources, stack definitions and the CLI all go through it. One file a kind; a handler never
 * touches a disk or SQL, and knows nothing of Pulumi.
 *
 * Words: *wanted* is what the program says now, *last* what it said last time, *live* what the engine says.
 */
import type { Thing } from "../engine/engine.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Message } from "../message.ts";
import type { ReportDetail } from "../progress.ts";
import type { CheckFailure } from "../schemas/check-failure.ts";
import type { Notice } from "./notice.ts";
import type { Owner, OwnerMark } from "./owner.ts";

export { CheckFailure } from "../schemas/check-failure.ts";

/** A value that is not known yet, in a preview: Pulumi's own sentinel, which dynamic providers are handed. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface PropertyChange {
  readonly property: string;
  readonly from: unknown;
  readonly to: unknown;
  /**
   * `program`: the program changed it; `drift`: it was changed outside of the program, and an update sets it
   * back; `world`: what no program says has changed, and an update takes it over. A notice describes that.
   */
  readonly cause: "program" | "drift" | "world";
}

export interface DiffAnswer {
  /** What an update would do; empty when there is nothing to do. */
  readonly changes: readonly PropertyChange[];
  /** Paths whose change needs a replacement. */
  readonly replaces: readonly string[];
  /** Sentences for people: which failover would run, what was found moved and is left alone. */
  readonly notices: readonly Notice[];
  /** True if an update has to run so that the resource's state holds the mark of its thing. */
  readonly needsMark?: boolean;
}

/** What a handler may tell while it works, and what may stop it. */
export interface Work {
  /** A line for people, such as `disk os: 40 % of 1.0 GiB, 92 MiB sent`, and its numbers. Shown, never kept. */
  report(line: string | Message, detail?: ReportDetail): void;
  readonly signal?: AbortSignal;
  /** The resource in whose name the work is done; absent for commands and definitions applied without a stack. */
  readonly owner?: Owner;
  /** Things in the one that is deleted that no state has any more; they go with it. */
  readonly isLeftBehind?: (thing: Thing) => boolean;
}

export interface Live<Inputs, Outputs> {
  /** ARM id. */
  readonly id: string;
  readonly outputs: Outputs;
  /** The settings as the engine has them now, in the shape of the arguments. */
  readonly inputs: Inputs;
  /** What the owner's state is to keep; absent without an owner. */
  readonly mark?: OwnerMark;
  /**
   * Of what was read: paths of the settings that are secret in the program that declares it, whoever reads them;
   * `unknown` if it is a stack's and a version before this one wrote its record.
   */
  readonly secretPaths?: readonly string[] | "unknown";
}

export interface Handler<Inputs extends object = object, Outputs extends object = object> {
  readonly kind: Kind;
  /** The arguments with all that may be left out filled in, as the engine keeps them. All of them are known. */
  withDefaults(wanted: Inputs): Inputs;
  /** All that is wrong with the arguments, references included. Changes nothing. Values may be `unknownValue`. */
  check(wanted: Inputs): Promise<readonly CheckFailure[]>;
  /**
   * What a preview says of a thing that is not there yet and will be created: which failover its creation would run.
   * Changes nothing. Throws `ActionNotAllowed` or `InvalidInput` if the creation would be refused.
   */
  announceCreation?(wanted: Inputs): Promise<DiffAnswer["notices"]>;
  /** Compares wanted, last and live. Changes nothing. */
  diff(id: string, last: Inputs, wanted: Inputs, owner?: Owner): Promise<DiffAnswer>;
  /** The live thing, or `undefined` if it is gone. */
  read(id: string, owner?: Owner): Promise<Live<Inputs, Outputs> | undefined>;
  /**
   * Makes it. Idempotent: called again after a crash with the same arguments it resumes where it stopped
   * and returns the same id. Throws `AlreadyExists` when a different one of that name is there, or one that
   * another resource owns.
   */
  create(wanted: Inputs, work: Work): Promise<Live<Inputs, Outputs>>;
  /** Makes the live thing as wanted, and moves a machine when the program's text says so. Idempotent. */
  update(id: string, last: Inputs, wanted: Inputs, work: Work): Promise<Live<Inputs, Outputs>>;
  /**
   * Removes it; gone already is fine. Refuses (`InUse`) while other things depend on it. What another resource owns
   * is left as it is, with a notice.
   */
  delete(id: string, work: Work): Promise<void>;
}
