/** Progress of work as numbers beside its text, and how much of it goes to a log. */
import type { Clock } from "./clock.ts";
import type { Message } from "./message.ts";

/** How far a copy is. */
export interface CopiedBytes {
  /** What is copied, such as `restore of disk os`. Reports with the same words are of the same copy. */
  readonly what: string;
  /** Bytes that are done, from 0 to `bytesTotal`. A resumed copy begins above 0. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** What a line of progress is about, for what draws it. */
export interface ReportDetail {
  /** Whose line it is where work reports for several, such as `Group 1: web1`. */
  readonly subject?: string;
  /** Absent on a line that names a new step. */
  readonly copied?: CopiedBytes;
}

/** What work reports to people while it runs, and what may stop it. */
export interface Progress {
  /** A line for people; `detail` has its numbers, and whose line it is. What passes lines on passes both on. */
  report(line: string, detail?: ReportDetail): void;
  readonly signal?: AbortSignal;
}

const shortestGapMilliseconds = 1_000;
const longestGapMilliseconds = 15_000;

/**
 * Thins out lines for a log, which keeps each of them. Of one copy those pass that begin a new ten per cent, at most one
 * a second, or one in 15 seconds where the copy is slow. Lines without numbers name a new step and all pass.
 */
export class ThinnedProgress<Line extends string | Message = string> {
  readonly #clock: Clock;
  readonly #show: (line: Line) => void;
  readonly #shown = new Map<string, { tens: number; at: number }>();

  constructor(clock: Clock, show: (line: Line) => void) {
    this.#clock = clock;
    this.#show = show;
  }

  report(line: Line, { subject = "", copied }: ReportDetail = {}): void {
    if (copied === undefined) return this.#show(line);
    const { what, bytesDone, bytesTotal } = copied;
    const tens = bytesTotal === 0 ? 10 : Math.floor((10 * bytesDone) / bytesTotal);
    const key = `${subject}: ${what}`;
    const before = this.#shown.get(key);
    const at = this.#clock.monotonic();
    if (before) {
      const gap = at - before.at;
      const isDue = tens >= 10 || (tens > before.tens && gap >= shortestGapMilliseconds);
      if (tens === before.tens ? gap < longestGapMilliseconds : !isDue && gap < longestGapMilliseconds)
        return;
    }
    this.#shown.set(key, { tens, at });
    this.#show(line);
  }
}
