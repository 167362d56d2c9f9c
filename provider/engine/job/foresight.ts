/**
 * What a job would do and what forbids it, found by looking before anything is changed. The same look runs before a
 * job is written down, for `--dry-run`, for a plan before its first step, and for previews: so none of them promises
 * what another refuses.
 */
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";
import { joined, plain, said } from "../../message.ts";

export interface ForeseenStep {
  readonly action: "shutDown" | "send" | "make" | "overwrite" | "start" | "remove" | "drop";
  /** For people: `shut web1 down at the primary side`. */
  readonly text: string;
  /** The folder of the machine that the step is about. */
  readonly folder?: string;
}

/** The recovery point that a machine would run from. */
export type ForeseenPoint =
  | (Pick<RecoveryPoint, "id" | "takenAt" | "kind"> & { readonly isNew?: false })
  /** One that is taken after the machine was shut down. */
  | { readonly isNew: true };

/** Room that the disks of a machine take where they are made or made equal to a point. */
export interface NeededRoom {
  /** The machine's folder, which need not be there yet. */
  readonly folder: string;
  /** Bytes, at least; counted exactly only when a first estimate is over `enough`. */
  bytes(enough: number): Promise<number>;
}

/** What was found; `refusals` is empty if the job may start. */
export interface Foreseen {
  readonly point: ForeseenPoint | undefined;
  readonly steps: readonly ForeseenStep[];
  readonly refusals: readonly SiteRecoveryError[];
  /** What is not forbidden and should be known: what is lost, what may still run. */
  readonly warnings: readonly string[];
  readonly rooms: readonly NeededRoom[];
}

/** Collects what is foreseen. */
export class Foresight implements Foreseen {
  point: ForeseenPoint | undefined;
  readonly steps: ForeseenStep[] = [];
  readonly refusals: SiteRecoveryError[] = [];
  readonly warnings: string[] = [];
  readonly rooms: NeededRoom[] = [];

  /** Looks at something that the job needs; what it throws is a refusal. Returns `undefined` then. */
  async check<T>(look: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!isExpected(error)) throw error;
      if (!this.refusals.some(({ message }) => message === error.message)) this.refusals.push(error);
      return undefined;
    }
  }

  step(action: ForeseenStep["action"], text: string, folder?: string): void {
    this.steps.push({ action, text, ...(folder === undefined ? {} : { folder }) });
  }
}

/** Throws all refusals as one error. `ending` is a sentence behind them: what is so now. */
export function requireNoRefusals({ refusals }: Pick<Foreseen, "refusals">, ending = ""): void {
  const [first] = refusals;
  if (first === undefined) return;
  const why = joined(refusals, "\n  ");
  throw new SiteRecoveryError(first.code, ending === "" ? why : said`${why} ${plain(ending)}`, {
    ...(first.target === undefined ? {} : { target: first.target }),
    ...(first.property === undefined ? {} : { property: first.property }),
    cause: first,
  });
}
