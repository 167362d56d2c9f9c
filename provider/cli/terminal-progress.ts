/**
 * Progress of commands on stderr, so that stdout stays for results. On a terminal each copy is a bar with its rate and
 * remaining time; elsewhere each step is a line.
 */
import cliProgress from "cli-progress";
import { systemClock } from "../clock.ts";
import type { Progress } from "../engine/engine.ts";
import { formatBytes } from "../format-bytes.ts";
import { type CopiedBytes, ThinnedProgress } from "../progress.ts";
import { CopyRate } from "./copy-rate.ts";
import { formatSeconds } from "../format-seconds.ts";

/** What is drawn in one line. */
interface Drawn {
  text: string;
  readonly copy?: CopyRate;
}

const usualWidth = 80;
const usualHeight = 24;
const redrawMilliseconds = 100;
const widestBar = 30;
/** A shorter bar shows nothing: the per cent are enough. */
const narrowestBar = 8;

function isTerminal(): boolean {
  return process.stderr.isTTY && process.env["TERM"] !== "dumb";
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Rate and remaining time of a copy, as far as they are known: `, 92 MiB/s, 12 s left`. */
function rateText(copy: CopyRate, now: number): string {
  const [rate, left] = [copy.bytesPerSecond(now), copy.secondsLeft(now)];
  if (rate === undefined || left === undefined) return "";
  return `, ${formatBytes(rate)}/s, ${formatSeconds(Math.ceil(left))} left`;
}

/** A line of at most `width` characters. What does not fit goes, in this order: the bar, the rate, the size. */
export function progressLine({ text, copy }: Drawn, now: number, width: number): string {
  if (copy === undefined) return cut(text, width);
  const { bytesDone, bytesTotal } = copy.copied;
  const share = bytesTotal === 0 ? 1 : Math.min(1, bytesDone / bytesTotal);
  const percent = `${Math.floor(100 * share)} %`;
  const size = ` of ${formatBytes(bytesTotal)}`;
  const rate = rateText(copy, now);
  const all = `${text} ${percent}${size}${rate}`;
  const barsize = Math.min(widestBar, width - all.length - " []".length);
  if (barsize >= narrowestBar) {
    const bar = cliProgress.Format.BarFormat(share, {
      barsize,
      barGlue: "",
      barCompleteString: "=".repeat(barsize),
      barIncompleteString: "-".repeat(barsize),
    } as cliProgress.Options);
    return `${text} [${bar}] ${percent}${size}${rate}`;
  }
  const fitting = [all, `${text} ${percent}${size}`, `${text} ${percent}`].find(
    (line) => line.length <= width,
  );
  return fitting ?? `${cut(text, width - percent.length - 1)} ${percent}`;
}

/** The lines at the bottom of the terminal. Several commands' work may share them: cycles of `replicate --follow`. */
class Screen {
  readonly #lines = new Map<string, Drawn>();
  #bars: cliProgress.MultiBar | undefined;
  #drawnAt = -Infinity;

  #draw(): void {
    const columns = process.stderr.columns || usualWidth;
    // What does not fit on the screen could not be drawn over: the last lines are shown.
    const height = Math.max(1, (process.stderr.rows || usualHeight) - 2);
    const shown = [...this.#lines.keys()].slice(-height);
    this.clear();
    if (shown.length === 0) return;
    this.#bars = new cliProgress.MultiBar({
      stream: process.stderr,
      clearOnComplete: true,
      // The commands themselves decide what Ctrl-C does.
      gracefulExit: false,
      // Lines are cut here: a process that is killed must not leave a terminal that does not wrap.
      linewrap: true,
      fps: 1000 / redrawMilliseconds,
      format: (_options, _params, { key }: { key: string }) =>
        progressLine(this.#lines.get(key) ?? { text: "" }, systemClock.monotonic(), columns - 1),
    });
    for (const key of shown) this.#bars.create(1, 0, { key });
  }

  /** Draws now if the last time is long enough ago: work that does not give way lets no timer run. */
  #refresh(): void {
    const now = systemClock.monotonic();
    if (now - this.#drawnAt < redrawMilliseconds) return;
    this.#drawnAt = now;
    this.#bars?.update();
  }

  show(key: string, text: string, copied?: CopiedBytes): void {
    const before = this.#lines.get(key);
    const now = systemClock.monotonic();
    if (before === undefined) {
      this.#lines.set(key, { text, ...(copied === undefined ? {} : { copy: new CopyRate(copied, now) }) });
      this.#draw();
    } else {
      before.text = text;
      if (copied !== undefined) before.copy?.report(copied, now);
    }
    this.#refresh();
  }

  remove(isGone: (key: string) => boolean): void {
    const gone = [...this.#lines.keys()].filter(isGone);
    if (gone.length === 0) return;
    for (const key of gone) this.#lines.delete(key);
    this.#draw();
  }

  /** Takes the lines off the terminal until the next report, so that something else can be printed. */
  clear(): void {
    this.#bars?.stop();
    this.#bars = undefined;
  }

  redraw(): void {
    this.#draw();
  }
}

const screen = new Screen();

/** Prints while progress is drawn: the lines of progress come back below. */
export function printAbove(print: () => void): void {
  screen.clear();
  print();
  screen.redraw();
}

let count = 0;

function onTerminal(prefix: string): Progress & { end(): void } {
  const owner = `${(count += 1)} `;
  const textOf = (text: string): string => (prefix === "" ? text : `${prefix}: ${text}`);
  return {
    report: (line, { subject = "", copied } = {}) => {
      const step = `${owner}${subject} `;
      if (copied === undefined) {
        // A new step ends the copies of the one before.
        screen.remove((key) => key.startsWith(`${step}>`));
        return screen.show(step, textOf(line));
      }
      const what = subject === "" ? copied.what : `${subject}: ${copied.what}`;
      screen.show(`${step}>${copied.what}`, textOf(what), copied);
    },
    end: () => screen.remove((key) => key.startsWith(owner)),
  };
}

function inLog(prefix: string): Progress & { end(): void } {
  const start = prefix === "" ? "" : `${prefix}: `;
  const thinned = new ThinnedProgress(systemClock, (line) => void process.stderr.write(`${start}${line}\n`));
  return { report: (line, detail) => thinned.report(line, detail), end: () => undefined };
}

/** Progress of work whose lines begin with the prefix, until `end`. */
export function terminalProgress(prefix: string): Progress & { end(): void } {
  return isTerminal() ? onTerminal(prefix) : inLog(prefix);
}

/** Runs work on an item with progress, and leaves the terminal clean whatever happens. */
export async function withProgress<T>(prefix: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = terminalProgress(prefix);
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}
