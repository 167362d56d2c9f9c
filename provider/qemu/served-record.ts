/**
 * What is written down of disks that a server offers to a machine: `served.json` in the machine's run folder, as long as
 * the images beside it are not whole. The server keeps its progress, and who it is, in a second file.
 */
import path from "node:path";
import { type FileSystem, writeAtomically } from "../blocks/file-system.ts";
import { readTextFile } from "../blocks/read-text-file.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { ServeRequest } from "../model/served-disks.ts";
import { lifeOf } from "../process-identity.ts";
import { isRecord } from "../record.ts";

export interface ServedRecord extends ServeRequest {
  /** The folder of the server's socket. */
  readonly socketFolder: string;
  /** The images are whole, and the machine uses them alone. What is left of the server is to be removed. */
  readonly isMoved?: boolean;
}

export interface ServedProgress {
  /** The server's process, as `processIdentity` prints it. */
  readonly process: string;
  /** Whether it listens. */
  readonly isReady: boolean;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Why it cannot copy now; it tries again. */
  readonly failure?: string;
}

export interface ServedFiles {
  readonly record: string;
  readonly progress: string;
  /** Locked by the server as long as it lives. */
  readonly lock: string;
  /** There once the disks are to be moved. */
  readonly order: string;
  /** What the server prints. */
  readonly log: string;
}

export function servedFilesIn(runFolder: string): ServedFiles {
  const at = (name: string): string => path.join(runFolder, name);
  return {
    record: at("served.json"),
    progress: at("served-progress.json"),
    lock: at("served.lock"),
    order: at("served-move"),
    log: at("served.log"),
  };
}

/** The server's socket in a folder. */
export function servedSocketIn(socketFolder: string): string {
  return path.join(socketFolder, "disks");
}

export function writeServedRecord(files: FileSystem, runFolder: string, record: ServedRecord): void {
  writeAtomically(
    files,
    servedFilesIn(runFolder).record,
    Buffer.from(`${JSON.stringify({ version: 1, ...record })}\n`),
  );
}

/** The record of a machine, or `undefined` if its images are whole. Throws `Damaged` if it cannot be read. */
export function readServedRecord(files: FileSystem, runFolder: string): ServedRecord | undefined {
  const filePath = servedFilesIn(runFolder).record;
  const text = textOf(files, filePath);
  if (text === undefined) return undefined;
  const value = parsed(text);
  if (isRecord(value) && value["version"] === 1 && Array.isArray(value["disks"]))
    return value as unknown as ServedRecord;
  const message = said`The record of what a machine's disks are served from, ${filePath}, cannot be read. Put a copy of it
    back, or cancel the failover, or clean the drill up.`;
  throw new SiteRecoveryError("Damaged", message, { target: filePath });
}

export function writeServedProgress(files: FileSystem, runFolder: string, progress: ServedProgress): void {
  writeAtomically(files, servedFilesIn(runFolder).progress, Buffer.from(`${JSON.stringify(progress)}\n`));
}

/** What the last server has written of itself, whether it lives or not. */
export function readServedProgress(files: FileSystem, runFolder: string): ServedProgress | undefined {
  const value = parsed(textOf(files, servedFilesIn(runFolder).progress) ?? "");
  return isRecord(value) && typeof value["process"] === "string"
    ? (value as unknown as ServedProgress)
    : undefined;
}

/** Whether a server offers the disks of a machine now. */
export function isServed(files: FileSystem, runFolder: string): boolean {
  const progress = readServedProgress(files, runFolder);
  return progress?.isReady === true && lifeOf(progress.process) === "alive";
}

/** Undefined if it is not there, or goes at this moment. */
function textOf(files: FileSystem, filePath: string): string | undefined {
  return files.exists(filePath) ? readTextFile(files, filePath) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
