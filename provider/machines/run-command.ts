/**
 * Runs a command of the user's, a script of a recovery plan or a hook of a machine, in a process group of its own, so
 * that what it starts ends with it when its time is over. Nothing goes through a shell: a command is a program and its
 * arguments, executed as they are.
 */
import { spawn } from "node:child_process";
import { StringDecoder } from "node:string_decoder";
import type { Clock } from "../clock.ts";
import { commandEnvironment } from "./command-environment.ts";

export interface CommandRequest {
  /** Program and arguments; a program with a slash in it is looked up from the folder. */
  readonly command: readonly string[];
  readonly folder: string;
  /** Variables that the command receives besides `commandEnvironment`. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  /** Called for each line that it prints, with the stream that it came by. */
  readonly onLine?: (line: string, stream: "output" | "error") => void;
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** `undefined` if it could not be started, or was ended by a signal. */
  readonly exitCode: number | undefined;
  readonly timedOut: boolean;
  readonly wasStopped: boolean;
  /** Why it could not be started. */
  readonly startError?: string;
  /** Why it could not be ended when its time was over: it may still run. */
  readonly endError?: string;
  /** The end of what it printed, to both streams. */
  readonly output: string;
}

/** Characters of the output that are kept: its end, where it says what went wrong. */
const outputCharactersMax = 8192;
/** How long a command may clean up after SIGTERM, before it is killed. */
const graceMilliseconds = 5000;
/** How long a command that has ended is waited for while what it started holds its output open. */
const lastWordsMilliseconds = 1000;

/** Why the signal could not be sent, or `undefined` if it was sent or the group has ended already. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): string | undefined {
  if (pid === undefined) return undefined;
  try {
    process.kill(-pid, signal);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ESRCH" ? undefined : message;
  }
}

/** The end of a text, never beginning within a character. */
function endOf(text: string): string {
  if (text.length <= outputCharactersMax) return text;
  return text.slice(-outputCharactersMax).replace(/^[\uDC00-\uDFFF]/, "");
}

/** The text of one stream: whole characters although they come in two chunks, and a callback for each whole line. */
class StreamText {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onText: (text: string) => void;
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onText: (text: string) => void, onLine: (line: string) => void) {
    this.#onText = onText;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  end(): void {
    this.#take(this.#decoder.end());
    if (this.#rest !== "") this.#onLine(this.#rest);
  }

  #take(text: string): void {
    if (text === "") return;
    this.#onText(text);
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = endOf(lines.pop()!);
    for (const line of lines) this.#onLine(line);
  }
}

interface Ended {
  readonly exitCode?: number;
  readonly startError?: string;
  readonly endError?: string;
}

async function lastWords(clock: Clock, closed: Promise<void>): Promise<void> {
  const done = new AbortController();
  const late = clock.sleep(lastWordsMilliseconds, done.signal).catch(() => undefined);
  await Promise.race([closed, late]);
  done.abort();
}

/**
 * Runs the command to its end. A command whose time is over, or that is stopped by the signal, is asked to end with
 * SIGTERM and killed after a grace time. Never rejects for what the command does.
 */
export async function runCommand(request: CommandRequest): Promise<CommandResult> {
  const { clock, signal } = request;
  let output = "";
  let reason: "timedOut" | "stopped" | undefined;
  const [program, ...words] = request.command;
  const child = spawn(program!, words, {
    cwd: request.folder,
    env: commandEnvironment(request.facts),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const keep = (text: string): void => {
    output = endOf(output + text);
  };
  const streams = (
    [
      [child.stdout, "output"],
      [child.stderr, "error"],
    ] as const
  ).map(([stream, name]) => {
    const text = new StreamText(keep, (line) => request.onLine?.(line, name));
    stream.on("data", (chunk: Buffer) => text.push(chunk));
    return { stream, text };
  });
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const over = new AbortController();
  let giveUp: (ended: Ended) => void = () => undefined;
  const ended = new Promise<Ended>((resolve) => {
    giveUp = resolve;
    child.on("error", (error) => resolve({ startError: error.message }));
    child.on("exit", (code) => resolve(code === null ? {} : { exitCode: code }));
  });
  const stop = async (why: "timedOut" | "stopped"): Promise<void> => {
    if (over.signal.aborted || reason !== undefined) return;
    reason = why;
    signalGroup(child.pid, "SIGTERM");
    await clock.sleep(graceMilliseconds, over.signal).catch(() => undefined);
    if (over.signal.aborted) return;
    const endError = signalGroup(child.pid, "SIGKILL");
    // A program that changed its user cannot be ended, and must not be waited for.
    if (endError !== undefined) giveUp({ endError });
  };
  const onAbort = (): void => void stop("stopped");
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = clock.sleep(request.timeoutSeconds * 1000, over.signal).then(
    () => stop("timedOut"),
    () => undefined,
  );
  const { exitCode, startError, endError } = await ended;
  over.abort();
  signal?.removeEventListener("abort", onAbort);
  await timer;
  await lastWords(clock, closed);
  // The command has ended in its grace time; what it started and left behind has not.
  if (reason !== undefined) signalGroup(child.pid, "SIGKILL");
  if (endError !== undefined) child.unref();
  for (const { stream, text } of streams) {
    stream.destroy();
    text.end();
  }
  return {
    exitCode,
    timedOut: reason === "timedOut",
    wasStopped: reason === "stopped",
    ...(startError === undefined ? {} : { startError }),
    ...(endError === undefined ? {} : { endError }),
    output,
  };
}
