/**
 * Runs a command of the user's, a script of a recovery plan or a hook of a machine, in a process group of its own, so
 * that what it starts ends with it when its time is over. Nothing goes through a shell: a command is a program and its
 * arguments, executed as they are.
 */
import { spawn } from "node:child_process";
import type { Clock } from "../clock.ts";

export interface CommandRequest {
  /** Program and arguments; a program with a slash in it is looked up from the folder. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  /** Called for each line that it prints. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** Nothing when it could not be started or was ended by a signal. */
  readonly exitCode: number | undefined;
  readonly timedOut: boolean;
  readonly wasStopped: boolean;
  /** Why it could not be started. */
  readonly startError?: string;
  /** The end of what it printed, to both streams. */
  readonly output: string;
}

/** So much of the output is kept: its end, where it says what went wrong. */
const outputBytesMax = 8192;
/** A command that is told to end has so long to clean up. */
const graceMilliseconds = 5000;
/** What it has started may hold its output open when it has ended itself; that is not waited for. */
const lastWordsMilliseconds = 1000;

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It has ended already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Calls back for each whole line, and at the end for the rest. */
function lineReader(onLine: (line: string) => void): { push(text: string): void; end(): void } {
  let rest = "";
  return {
    push: (text) => {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop()!.slice(-outputBytesMax);
      for (const line of lines) onLine(line);
    },
    end: () => {
      if (rest !== "") onLine(rest);
    },
  };
}

async function lastWords(clock: Clock, closed: Promise<void>): Promise<void> {
  const done = new AbortController();
  const late = clock.sleep(lastWordsMilliseconds, done.signal).catch(() => undefined);
  await Promise.race([closed, late]);
  done.abort();
}

export async function runCommand(request: CommandRequest): Promise<CommandResult> {
  const { clock, signal } = request;
  let output = Buffer.alloc(0);
  let reason: "timedOut" | "stopped" | undefined;
  const [program, ...words] = request.command;
  const child = spawn(program!, words, {
    cwd: request.folder,
    env: request.environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = lineReader(request.onLine ?? (() => undefined));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output = Buffer.concat([output, chunk]);
      if (output.length > outputBytesMax) output = output.subarray(output.length - outputBytesMax);
      lines.push(chunk.toString("utf8"));
    });
  }
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const ended = new Promise<{ exitCode?: number; startError?: string }>((resolve) => {
    child.on("error", (error) => resolve({ startError: error.message }));
    child.on("exit", (code) => resolve(code === null ? {} : { exitCode: code }));
  });
  const over = new AbortController();
  const stop = async (why: "timedOut" | "stopped"): Promise<void> => {
    if (over.signal.aborted || reason !== undefined) return;
    reason = why;
    endGroup(child.pid, "SIGTERM");
    await clock.sleep(graceMilliseconds, over.signal).catch(() => undefined);
    if (!over.signal.aborted) endGroup(child.pid, "SIGKILL");
  };
  const onAbort = (): void => void stop("stopped");
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = clock.sleep(request.timeoutSeconds * 1000, over.signal).then(
    () => stop("timedOut"),
    () => undefined,
  );
  const { exitCode, startError } = await ended;
  over.abort();
  signal?.removeEventListener("abort", onAbort);
  await timer;
  await lastWords(clock, closed);
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  lines.end();
  return {
    exitCode,
    timedOut: reason === "timedOut",
    wasStopped: reason === "stopped",
    ...(startError === undefined ? {} : { startError }),
    output: output.toString("utf8"),
  };
}
