/**
 * Whether a replica store can be reached. A share that went away leaves an empty folder, and a store that were
 * made there again would ask every machine for a full copy: so a store is known by the id in its key file, and
 * by a witness, a small file kept elsewhere that remembers the id.
 */
import path from "node:path";
import { crc32 } from "node:zlib";
import { type Clock, systemClock } from "../clock.ts";
import { type FileSystem, makeFolderDurably, writeAtomically } from "../blocks/file-system.ts";
import { type ErrorCode, hasCode, SiteRecoveryError } from "../errors.ts";
import { readWholeFile } from "./read-whole-file.ts";
import type { Objects } from "../ports/objects.ts";
import { readKeyObject, soundBody } from "./store-key.ts";
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

export function storeUnreachable(place: string, why: string, cause?: unknown): SiteRecoveryError {
  const message = said`The replica store in ${place} cannot be reached: ${why}. Mount it, or give access to it;
      replication resumes by itself. Nothing is created in its place.`;
  return new SiteRecoveryError("TargetUnreachable", message, { target: place, cause });
}

/** The id of the store that is there; `damaged` if its key object is not what was written, `undefined` if there is none. */
export async function storeIdIn(objects: Objects): Promise<string | undefined> {
  return storeIdOf(await readKeyObject(objects));
}

/** The same of a key object that was read. */
export function storeIdOf(keyObject: Buffer | undefined): string | undefined {
  if (keyObject === undefined) return undefined;
  const [, id] = /"storeId":"([0-9a-f]{32})"/.exec(soundBody(keyObject) ?? "") ?? [];
  return id ?? "damaged";
}

/** Throws `TargetUnreachable` when the place does not hold the store of this id (hex) any more. */
export async function checkReach(objects: Objects, storeId: string): Promise<void> {
  const { place } = objects;
  let found: string | undefined;
  try {
    found = await storeIdIn(objects);
  } catch (error) {
    throw reachFailure(place, error) ?? error;
  }
  if (found === undefined) throw storeUnreachable(place, "its key file store.key is not there");
  // A key file that was damaged under an open store does not stop work; the next process that opens it gets the error.
  if (found !== "damaged" && found !== storeId)
    throw storeUnreachable(place, "another store is in its place");
}

/** For how long a store that was seen over a line counts as there. */
const seenMilliseconds = 1000;

/**
 * Looks whether a store is still in its place: a place that is not the store any more is not read as an empty one, and
 * nothing is made in it. A folder may go away at any time, and is looked at each time. Over a line a look is a way there and
 * back, and one operation asks several times within a second.
 */
export class StoreReach {
  readonly #objects: Objects;
  readonly #storeId: string;
  readonly #clock: Pick<Clock, "monotonic">;
  #seenAt = -Infinity;

  constructor(objects: Objects, storeId: string, clock: Pick<Clock, "monotonic"> = systemClock) {
    this.#objects = objects;
    this.#storeId = storeId;
    this.#clock = clock;
  }

  /** Throws `TargetUnreachable` when the place does not hold the store any more. */
  async check(): Promise<void> {
    const isFar = this.#objects.traits.parallel > 1;
    if (isFar && this.#clock.monotonic() - this.#seenAt < seenMilliseconds) return;
    await checkReach(this.#objects, this.#storeId);
    this.#seenAt = this.#clock.monotonic();
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
export async function explainFailure(objects: Objects, storeId: string, error: unknown): Promise<unknown> {
  if (!(error instanceof SiteRecoveryError) || !explained.has(error.code)) return error;
  if (error.target?.startsWith(objects.place) !== true) return error;
  try {
    await checkReach(objects, storeId);
  } catch (reason) {
    if (hasCode(reason, "TargetUnreachable")) return reason;
  }
  return reachFailure(objects.place, error) ?? error;
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
