/**
 * Waits for what a guest writes to its console when it is up. A guest that says that it will not come up is not waited
 * for until the time is over.
 */
import type { Clock } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";
import { type Message, plain, said } from "../message.ts";
import type { GuestConsole } from "./guest-console.ts";

/** A sign on the console, and what it means. */
export interface ConsoleFailure {
  readonly pattern: RegExp;
  /** Of the machine; goes on from its name. */
  readonly meaning: string;
}

/** From firmware to the first program. */
export const bootFailures: readonly ConsoleFailure[] = [
  {
    pattern: /^No bootable device|BdsDxe: No bootable option/,
    meaning: "has no disk that its firmware can start from",
  },
  { pattern: /grub rescue>|^grub> ?$/, meaning: "stays in its boot loader GRUB" },
  {
    pattern: /NO ROOT DISK|ROOT DOES NOT MOUNT|Unable to mount root fs|ALERT! .* does not exist/,
    meaning: "does not find its root file system",
  },
  { pattern: /Kernel panic/, meaning: "has a kernel that panicked" },
  {
    pattern:
      /^\(initramfs\)|^dracut:\/#|Entering emergency mode|You are in emergency mode|Give root password for/,
    meaning: "waits for a person, in its emergency shell",
  },
];

/** Where a machine's words are waited for. */
export interface ConsoleWatch {
  readonly console: GuestConsole;
  /** What errors call it; `its console` if absent. */
  readonly where?: string;
  /** What errors call the machine. */
  readonly machine: string;
  /** `bootFailures` if absent. */
  readonly failures?: readonly ConsoleFailure[];
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Whether the guest can still write something. */
  isRunning(): boolean;
}

export interface ConsoleWait extends ConsoleWatch {
  readonly word: RegExp;
  readonly timeoutMs: number;
}

const pollMs = 100;
const quotedLines = 10;
const itsConsole = "its console";

/**
 * The first line with the word; it may not have ended. Throws `JobFailed` with the console's last 10 lines if the guest
 * says that it failed, ends, or does not write the word within the time limit.
 */
export async function waitForWord(wait: ConsoleWait): Promise<string> {
  const { console, word, clock, signal, timeoutMs, where = itsConsole, failures = bootFailures } = wait;
  const reader = console.read();
  const until = clock.monotonic() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    // Asked before the console is read: what a guest writes last is read too.
    const isRunning = wait.isRunning();
    const isLate = clock.monotonic() >= until;
    for (const line of [...reader.next(), reader.unfinished]) {
      // A failure comes first: a word such as the machine's name may be part of the line that tells of it.
      const failure = failures.find(({ pattern }) => pattern.test(line));
      if (failure !== undefined) throw failed(wait, plain(failure.meaning));
      if (word.test(line)) return line;
    }
    if (!isRunning) throw failed(wait, said`has ended without the word ${String(word)} on ${where}`);
    if (isLate) {
      const seconds = Math.round(timeoutMs / 1000);
      throw failed(wait, said`has not written ${String(word)} to ${where} in ${seconds} s`);
    }
    await clock.sleep(pollMs, signal);
  }
}

/**
 * Watches a guest that is asked for other things meanwhile. Ends by an error only: `JobFailed` if the guest says on its
 * console that it failed, or ends; the signal's reason when it is aborted.
 */
export async function untilItFails(watch: ConsoleWatch): Promise<never> {
  const { console, clock, signal, failures = bootFailures } = watch;
  const reader = console.read();
  for (;;) {
    signal?.throwIfAborted();
    const isRunning = watch.isRunning();
    for (const line of [...reader.next(), reader.unfinished]) {
      const failure = failures.find(({ pattern }) => pattern.test(line));
      if (failure !== undefined) throw failed(watch, plain(failure.meaning));
    }
    if (!isRunning) throw failed(watch, plain("has ended before it said that it works"));
    await clock.sleep(pollMs, signal);
  }
}

function failed({ console, machine, where = itsConsole }: ConsoleWatch, what: Message): SiteRecoveryError {
  const lines = console.lastLines(quotedLines);
  const name = `${where.charAt(0).toUpperCase()}${where.slice(1)}`;
  const ending =
    lines.length === 0 ? said`${name} is empty.` : said`The last lines of ${where}:\n${lines.join("\n")}`;
  return new SiteRecoveryError("JobFailed", said`Machine ${machine} ${what}. ${ending}`, { target: machine });
}
