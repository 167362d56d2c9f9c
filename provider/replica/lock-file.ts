/**
 * The small file that a lock or pin is: it names its process, the thread in it, and the engine and epoch that the process
 * works under, with a checksum. Its process writes it again from time to time as long as it works.
 */
import { threadId } from "node:worker_threads";
import { crc32 } from "node:zlib";
import type { FileSystem } from "../blocks/file-system.ts";
import { systemClock } from "../clock.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { lifeOf, processIdentity } from "../process-identity.ts";
import { randomHex, systemRandom } from "../random.ts";
import { readWholeFile } from "./read-whole-file.ts";
import { said } from "../message.ts";

export type Release = () => void;

/** Under which lease a process writes: its engine's id, and the epoch that this engine gave it. */
export interface WriterEpoch {
  readonly engineId: string;
  readonly epoch: number;
}

/** How often a lock or pin is renewed, in milliseconds. */
const renewalMilliseconds = 15_000;

/**
 * The locks and pins of this thread that were not released yet. One whose file could not be removed then
 * would otherwise count for as long as the process lives.
 */
const held = new Set<string>();

/** Who made a lock or pin. */
export interface Holder {
  /** All that the file says. */
  readonly text: string;
  /** Its process, as `processIdentity` prints it. */
  readonly identity: string;
  readonly engineId: string | undefined;
  readonly epoch: number | undefined;
}

function toHolder(text: string): Holder {
  const [name = "", engineId, epoch] = text.split(" ");
  const fields = name.split(":");
  // The identity of an earlier version has three fields; thread and number follow both.
  const identity = fields.slice(0, -2).join(":");
  return { text, identity, engineId, epoch: epoch === undefined ? undefined : Number(epoch) };
}

/** Whether who made a lock or pin is at work and has not released it. */
export function isHolding(
  files: FileSystem,
  filePath: string,
  holder: Holder,
  milliseconds: number,
): boolean {
  if (holder.text.startsWith(ownHolders())) return held.has(holder.text);
  const life = lifeOf(holder.identity);
  return life === "unknown" ? ageOf(files, filePath) < milliseconds : life === "alive";
}

/**
 * How long ago a file was written, in milliseconds, on the file system's own clock: another file is made to compare
 * with. Infinity when it is gone.
 */
function ageOf(files: FileSystem, filePath: string): number {
  const other = `${filePath}.${randomHex(systemRandom, 8)}.now`;
  const file = files.open(other, "createNew");
  try {
    file.write(Buffer.alloc(1), 0);
    const now = files.facts(other).modifiedAtNs;
    return Number((now - files.facts(filePath).modifiedAtNs) / 1_000_000n);
  } catch (error) {
    if (hasCode(error, "NotFound")) return Infinity;
    throw error;
  } finally {
    file.close();
    files.remove(other);
  }
}

function ownHolders(): string {
  return `${processIdentity()}:${threadId}:`;
}

/** A lock or pin without a name in it is being written this moment, or its writer was killed between two calls. */
export function holderAfterPause(files: FileSystem, filePath: string): Holder | undefined {
  if (!files.exists(filePath)) return undefined;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMilliseconds);
  return holderOf(files, filePath);
}

const pauseMilliseconds = 50;

/** Makes a file that names this process and thread, and renews it until it is released. */
export function hold(
  files: FileSystem,
  filePath: string,
  writer: WriterEpoch | undefined,
): { holder: string; release: Release } {
  const mark = writer === undefined ? "" : ` ${writer.engineId} ${writer.epoch}`;
  const holder = `${ownHolders()}${randomHex(systemRandom, 8)}${mark}`;
  const content = encodeHolder(holder);
  const file = files.open(filePath, "createNew");
  try {
    file.write(content, 0);
  } catch (error) {
    files.remove(filePath);
    throw error;
  } finally {
    file.close();
  }
  held.add(holder);
  const stop = systemClock.every(renewalMilliseconds, () => renew(files, filePath, holder));
  return {
    holder,
    release: () => {
      stop();
      held.delete(holder);
      if (isOwn(files, filePath, holder)) files.remove(filePath);
    },
  };
}

/** Whether a lock or pin is still the one that this holder made. */
function isOwn(files: FileSystem, filePath: string, holder: string): boolean {
  try {
    return holderOf(files, filePath)?.text === holder;
  } catch (error) {
    if (hasCode(error, "Damaged")) return true;
    throw error;
  }
}

/** Writes the same again, for the file's time. What fails is found by the work itself, or by the next renewal. */
function renew(files: FileSystem, filePath: string, holder: string): void {
  try {
    const content = encodeHolder(holder);
    // Read and written as one open file: by its name it may be another process's from one moment to the next.
    const file = files.open(filePath, "readWrite");
    try {
      const present = Buffer.alloc(content.length);
      file.read(present, 0);
      if (present.equals(content)) file.write(content, 0);
    } finally {
      file.close();
    }
  } catch {
    // The target may be away for a moment.
  }
}

/**
 * Who made a lock or pin; undefined when it is gone or was never written whole. Throws `Damaged` when it was
 * and has changed since: whether it is held is not known then.
 */
export function holderOf(files: FileSystem, filePath: string): Holder | undefined {
  let content: Buffer;
  try {
    content = readWholeFile(files, filePath);
  } catch (error) {
    if (hasCode(error, "NotFound")) return undefined;
    throw error;
  }
  // Cut short by a kill, or emptied by a power cut.
  if (content.length !== holderBytes || content.every((byte) => byte === 0)) return undefined;
  const text = content.toString("latin1");
  const holder = (/^"([^"]*)"/.exec(text) ?? [])[1];
  if (holder !== undefined && content.equals(encodeHolder(holder))) return toHolder(holder);
  const message = said`The lock ${filePath} is damaged, so it is not known whether a process holds it. Remove it when no other
      process works on this store.`;
  throw new SiteRecoveryError("Damaged", message, { target: filePath });
}

/** Of one length, so that one that was cut short is known from one that has changed. */
const holderBytes = 256;
const checksumDigits = 8;

function encodeHolder(holder: string): Buffer {
  const text = JSON.stringify(holder).padEnd(holderBytes - checksumDigits);
  return Buffer.from(text + crc32(text).toString(16).padStart(checksumDigits, "0"), "latin1");
}
