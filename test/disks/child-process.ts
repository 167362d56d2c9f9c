/** Child processes that run a TypeScript file of this folder in plain Node. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface Child {
  readonly process: ChildProcess;
  /** What it has said so far on standard output. */
  output(): string;
  /** Resolves when the output has the text; rejects when the child ends before. */
  says(text: string): Promise<void>;
  /** Resolves with the whole output when the child is gone. */
  readonly gone: Promise<string>;
}

/**
 * Compiled code is kept between the children: most of a short life would go into stripping types otherwise.
 */
const env = {
  ...process.env,
  NODE_COMPILE_CACHE: path.join(os.tmpdir(), `siterecovery-compiled-${process.pid}`),
};
process.once("exit", () => fs.rmSync(env.NODE_COMPILE_CACHE, { recursive: true, force: true }));

export function startChild(name: string, ...args: string[]): Child {
  return startChildBy([], name, ...args);
}

/** The same, run by another command, such as `unshare --net`. */
export function startChildBy(by: readonly string[], name: string, ...args: string[]): Child {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const [command, ...before] = [...by, process.execPath, "--no-warnings", file, ...args] as [string];
  const child = spawn(command, before, { env, stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  let waiting: (() => void)[] = [];
  const wake = (): void => waiting.splice(0).forEach((go) => go());
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("latin1");
    wake();
  });
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  let ended = false;
  const gone = new Promise<string>((resolve, reject) => {
    child.on("close", (code, signal) => {
      ended = true;
      wake();
      if (signal === "SIGKILL" || code === 0) resolve(output);
      else reject(new Error(`${name} ended with ${signal ?? code}: ${errors}`));
    });
  });
  // Whoever waits gets the error; a test that is over does not.
  gone.catch(() => undefined);
  onTestFinished(() => void child.kill("SIGKILL"));
  const says = async (text: string): Promise<void> => {
    while (!output.includes(text)) {
      if (ended) throw new Error(`${name} ended before it said ${text}: ${errors}`);
      await new Promise<void>((resolve) => (waiting = [...waiting, resolve]));
    }
  };
  return { process: child, output: () => output, says, gone };
}
