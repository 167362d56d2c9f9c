import type { Clock } from "../clock.ts";
import type { Message } from "../message.ts";

const shortestGapMilliseconds = 1_000;
const longestGapMilliseconds = 15_000;

/**
 * Thins out what a handler reports: Pulumi shows every line it is told in a log that is not a terminal, and a
 * provider is not told which it is. Of lines that count the same thing (`disk os: 40 % of ...`) those pass that
 * begin a new ten per cent, at most one a second, or one in fifteen seconds where things are slow. Lines without
 * a percentage tell of a new step and all pass.
 */
export class Progress {
  readonly #clock: Clock;
  readonly #show: (line: string | Message) => void;
  readonly #shown = new Map<string, { tens: number; at: number }>();

  constructor(clock: Clock, show: (line: string | Message) => void) {
    this.#clock = clock;
    this.#show = show;
  }

  report(line: string | Message): void {
    const found = /^(.*?)(\d+)(?:\.\d+)?\s?%/.exec(line.toString());
    if (!found) return this.#show(line);
    const tens = Math.floor(Number(found[2]) / 10);
    const subject = found[1]!;
    const before = this.#shown.get(subject);
    const at = this.#clock.monotonic();
    if (before) {
      const gap = at - before.at;
      const isDue = tens >= 10 || (tens > before.tens && gap >= shortestGapMilliseconds);
      if (tens === before.tens ? gap < longestGapMilliseconds : !isDue && gap < longestGapMilliseconds)
        return;
    }
    this.#shown.set(subject, { tens, at });
    this.#show(line);
  }
}
