/** The process that serves the disks of a machine: started so that it outlives this one, found again, and ended. */
import { spawn } from "node:child_process";
import path from "node:path";
import { openChildLog } from "../blocks/open-child-log.ts";
import { readTextFile } from "../blocks/read-text-file.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { describeProcess, lifeOf } from "../process-identity.ts";
import type { GuestParts } from "./guest-process.ts";
import {
  isServed,
  readServedProgress,
  readServedRecord,
  type ServedRecord,
  servedFilesIn,
} from "./served-record.ts";

export interface DiskServerParts extends GuestParts {
  /** The program of the server, which Node runs with the machine's run folder as its argument. */
  readonly serverProgram: string;
}

/** The exit code of a server that finds another one at work. */
export const servedByAnother = 3;

/** On a computer under load. */
const startMs = 120_000;
const endMs = 10_000;
const pollMs = 20;

/**
 * Makes sure that the disks of a machine are served if they have to be. Returns the record of those, or `undefined` if the
 * images are whole. Throws `JobFailed` with the server's words if it does not start.
 */
export async function ensureServed(
  parts: DiskServerParts,
  runFolder: string,
): Promise<ServedRecord | undefined> {
  const { files, clock } = parts;
  const settled = (): { record: ServedRecord | undefined } | undefined => {
    const record = readServedRecord(files, runFolder);
    return record === undefined || (record.isMoved !== true && isServed(files, runFolder))
      ? { record }
      : undefined;
  };
  const before = settled();
  if (before !== undefined) return before.record;
  const ended = startServer(parts, runFolder);
  const until = clock.monotonic() + startMs;
  for (;;) {
    const now = settled();
    if (now !== undefined) return now.record;
    const code = ended.code;
    // Another server, which has just started or is about to end, has the lock.
    if (code !== undefined && code !== servedByAnother) throw notServed(parts, runFolder);
    if (code === servedByAnother && clock.monotonic() > until) throw notServed(parts, runFolder);
    await clock.sleep(pollMs);
  }
}

function startServer({ serverProgram }: DiskServerParts, runFolder: string): { readonly code?: number } {
  const outcome: { code?: number } = {};
  const log = openChildLog(servedFilesIn(runFolder).log);
  try {
    // All of the environment, unlike other children: it opens the same stores as this process.
    const child = spawn(process.execPath, [serverProgram, path.resolve(runFolder)], {
      cwd: "/",
      detached: true,
      stdio: ["ignore", log.descriptor, log.descriptor],
    });
    child.once("exit", (code) => (outcome.code = code ?? -1));
    child.once("error", () => (outcome.code = -1));
    child.unref();
    return outcome;
  } finally {
    log.close();
  }
}

function notServed({ files }: DiskServerParts, runFolder: string): SiteRecoveryError {
  const { log } = servedFilesIn(runFolder);
  const lines = files.exists(log) ? readTextFile(files, log).trim().split("\n").slice(-2).join(" ") : "";
  const machine = path.basename(path.dirname(runFolder));
  const why = lines === "" ? "it says nothing" : lines.replace(/\.$/, "");
  const message = said`The disks of ${machine} cannot be served from its recovery point: ${why}. Run the command again once
    that is mended.`;
  return new SiteRecoveryError("JobFailed", message, { target: machine });
}

/** Ends the server of a machine that is removed, with its socket. None is fine. */
export async function removeServer(parts: GuestParts, runFolder: string): Promise<void> {
  await endServer(parts, runFolder);
  try {
    const record = readServedRecord(parts.files, runFolder);
    if (record !== undefined) parts.files.remove(record.socketFolder);
  } catch (error) {
    // What cannot be read goes with the machine.
    if (!hasCode(error, "Damaged")) throw error;
  }
}

async function endServer({ files, clock }: GuestParts, runFolder: string): Promise<void> {
  const progress = readServedProgress(files, runFolder);
  if (progress === undefined) return;
  const { pid } = describeProcess(progress.process);
  const isAlive = (): boolean => lifeOf(progress.process) === "alive";
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!isAlive()) return;
    process.kill(pid, signal);
    const until = clock.monotonic() + endMs;
    while (isAlive() && clock.monotonic() < until) await clock.sleep(pollMs);
  }
}
