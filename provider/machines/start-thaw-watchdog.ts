/**
 * Starts the process that thaws a machine when the engine dies between freeze and thaw, and waits until it says that
 * it watches: a machine is frozen only if another process than the engine can thaw it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Clock } from "../clock.ts";
import { commandEnvironment } from "./command-environment.ts";
import type { HookCommand } from "./run-hook.ts";

/** How long it may take until it watches, on a machine under load. */
const startMilliseconds = 30_000;

export interface ThawWatchdog {
  /** Sends it home: the machine was thawed. */
  release(): void;
}

/** The watchdog's program: thaw-watchdog.ts in source, thaw-watchdog.js in the built package. */
function entryFile(): string {
  const ending = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  // Not the URL's path: that one is percent-encoded, and no file's name where a folder has a space in it.
  return fileURLToPath(new URL(`./thaw-watchdog${ending}`, import.meta.url));
}

/** Resolves with the watchdog, or with the reason why there is none; it then holds nothing back. */
export async function startThawWatchdog(
  { command, folder, timeoutMilliseconds }: HookCommand,
  clock: Clock,
): Promise<ThawWatchdog | { readonly failure: string }> {
  const words = [entryFile(), folder, String(timeoutMilliseconds), ...command];
  const child = spawn(process.execPath, words, {
    detached: true,
    env: commandEnvironment(),
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined);
  const failure = await whyNotWatching(child, clock);
  child.stdout.destroy();
  child.stderr.destroy();
  // It must not keep the engine from ending.
  child.unref();
  if (failure === undefined) {
    // A word, and not the end of the pipe alone: that is what a dead engine leaves.
    return { release: () => child.stdin.end("thawed") };
  }
  child.stdin.end("thawed");
  return {
    failure: `it was not frozen, because the process that would thaw it after a crash did not start: ${failure}`,
  };
}

async function whyNotWatching(child: ChildProcess, clock: Clock): Promise<string | undefined> {
  const done = new AbortController();
  let complaint = "";
  child.stderr!.on("data", (chunk: Buffer) => (complaint += chunk.toString("utf8")));
  const outcome = new Promise<string | undefined>((resolve) => {
    child.stdout!.once("data", () => resolve(undefined));
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) => resolve(complaint.trim() || `it ended with code ${code ?? "none"}`));
  });
  const late = clock.sleep(startMilliseconds, done.signal).then(
    () => `it took longer than ${startMilliseconds / 1000} s`,
    () => undefined,
  );
  const failure = await Promise.race([outcome, late]);
  done.abort();
  return failure;
}
