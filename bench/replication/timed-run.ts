/** Runs a program to its end, with its time and its peak memory as the kernel counts them. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

export interface Run {
  readonly seconds: number;
  /** The largest resident set of the process and of each of its children, MiB. */
  readonly peakMebibytes: number;
  readonly output: string;
}

export interface RunOptions {
  readonly workFolder: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Synced within the time, for programs that leave that to the kernel. */
  readonly thenSync?: string;
}

export function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(path.delimiter).some((folder) => {
    return fs.existsSync(path.join(folder, program));
  });
}

export function timedRun(program: string, args: readonly string[], options: RunOptions): Run {
  const memoryPath = path.join(options.workFolder, "peak");
  const started = performance.now();
  const run = spawnSync("time", ["-f", "%M", "-o", memoryPath, program, ...args], {
    cwd: options.cwd ?? options.workFolder,
    env: { ...process.env, ...options.env },
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (run.status !== 0) {
    throw new Error(`${program} ${args.join(" ")} failed (${run.status}): ${run.stderr || run.stdout}`);
  }
  if (options.thenSync !== undefined) spawnSync("sync", ["-f", options.thenSync]);
  const seconds = (performance.now() - started) / 1000;
  const peakMebibytes = Number(fs.readFileSync(memoryPath, "utf8").trim().split("\n").at(-1)) / 1024;
  return { seconds, peakMebibytes, output: run.stdout };
}

/** What a folder occupies on the device, bytes; of files with holes only what is there. */
export function occupiedBytes(folder: string): number {
  if (!fs.existsSync(folder)) return 0;
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.reduce((sum, entry) => {
    return sum + (entry.isFile() ? fs.statSync(path.join(entry.parentPath, entry.name)).blocks * 512 : 0);
  }, 0);
}
