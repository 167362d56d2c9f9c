/**
 * Whether a replica store can be reached. A share that went away leaves an empty folder, and a store that were
 * made there again would ask every machine for a full copy: so a store is known by the id in its key file, and
 * by a witness, a small file kept elsewhere that remembers the id.
 */
import path from "node:path";
import { crc32 } from "node:zlib";
import { type FileSystem, makeFolderDurably, writeAtomically } from "../blocks/file-system.ts";
import { type ErrorCode, hasCode, SiteRecoveryError } from "../errors.ts";
import { readWholeFile } from "./read-whole-file.ts";
import { soundBody } from "./store-key.ts";
import { said } from "../message.ts";

/** What the system answers when a share is away, read-only or not ours to use. */
const unreachableAnswers = new Set([
  "EACCES",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENODEV",
  "ENOTCONN",
  "ENXIO",
  "EPERM",
  "EROFS",
  "ESTALE",
  "ETIMEDOUT",
]);

export function storeUnreachable(folder: string, why: string, cause?: unknown): SiteRecoveryError {
  const message = said`The replica store in ${folder} cannot be reached: ${why}. Mount it, or give access to it;
      replication resumes by itself. Nothing is created in its place.`;
  return new SiteRecoveryError("TargetUnreachable", message, { target: folder, cause });
}

/** The id in a store's key file; undefined when there is no such file, or it is not what was written. */
export function storeIdIn(files: FileSystem, keyPath: string): string | undefined {
  if (!files.exists(keyPath)) return undefined;
  const body = soundBody(readWholeFile(files, keyPath));
  const [, id] = /"storeId":"([0-9a-f]{32})"/.exec(body ?? "") ?? [];
  return id;
}

/** Throws `TargetUnreachable` when the folder does not hold the store of this id (hex) any more. */
export function checkReach(files: FileSystem, folder: string, storeId: string): void {
  const keyPath = path.join(folder, "store.key");
  let found: string | undefined;
  try {
    found = storeIdIn(files, keyPath);
  } catch (error) {
    throw reachFailure(folder, error) ?? error;
  }
  if (!files.exists(keyPath)) throw storeUnreachable(folder, "its key file store.key is not there");
  // A key file that was damaged under an open store does not stop work; the next process that opens it gets the error.
  if (found !== undefined && found !== storeId) {
    throw storeUnreachable(folder, "another store is in its place");
  }
}

/** The error to throw instead when the system says that the target is away; undefined: it does not. */
export function reachFailure(folder: string, error: unknown): SiteRecoveryError | undefined {
  if (!hasCode(error, "IoFailed")) return undefined;
  const { code } = (error.cause ?? {}) as { code?: string };
  if (code === undefined || !unreachableAnswers.has(code)) return undefined;
  return storeUnreachable(folder, `the system answers ${code}`, error);
}

/** What the system answers to writes in a store that can only be read. */
const readOnlyAnswers = new Set(["EROFS", "EACCES", "EPERM"]);

/** Whether a write failed because the store is read-only or full; reading it may work all the same. */
export function isUnwritable(error: unknown): boolean {
  if (!(error instanceof SiteRecoveryError)) return false;
  const { code } = (error.cause ?? {}) as { code?: string };
  return error.code === "DiskFull" || (code !== undefined && readOnlyAnswers.has(code));
}

/** What work on a store that has gone away may fail with. */
const explained: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["IoFailed", "NotFound", "Damaged"]);

/** What a failure of work on the store was: `TargetUnreachable`, or else the error itself. */
export function explainFailure(files: FileSystem, folder: string, storeId: string, error: unknown): unknown {
  if (!(error instanceof SiteRecoveryError) || !explained.has(error.code)) return error;
  const isInside = error.target !== undefined && !path.relative(folder, error.target).startsWith("..");
  if (!isInside) return error;
  try {
    checkReach(files, folder, storeId);
  } catch (reason) {
    if (hasCode(reason, "TargetUnreachable")) return reason;
  }
  return reachFailure(folder, error) ?? error;
}

/** The id (hex) of the store that was made; undefined when none was. */
export function readWitness(files: FileSystem, witnessPath: string): string | undefined {
  if (!files.exists(witnessPath)) return undefined;
  const text = readWholeFile(files, witnessPath).toString("latin1");
  const id = text.slice(0, storeIdDigits);
  if (text === witnessText(id)) return id;
  const message = said`The file ${witnessPath}, which remembers which replica store was made, is damaged. Remove it when the
      store at hand is the right one. It is then written again.`;
  throw new SiteRecoveryError("Damaged", message, { target: witnessPath });
}

const storeIdDigits = 32;

function witnessText(storeId: string): string {
  return `${storeId} ${crc32(storeId).toString(16).padStart(8, "0")}\n`;
}

export function writeWitness(files: FileSystem, witnessPath: string, storeId: string): void {
  makeFolderDurably(files, path.dirname(witnessPath));
  writeAtomically(files, witnessPath, Buffer.from(witnessText(storeId)));
}
