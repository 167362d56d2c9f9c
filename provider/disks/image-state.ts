/**
 * The image as its owner left it: two places of 64 bytes in a change log, between header and records, that are
 * written in turns, so that one of them is whole wherever a process dies. A later look at the disk compares
 * the image with it and finds what no log knows of.
 *
 * A place, little-endian: count (u64, the higher one is valid), whether a write was under way (u32), zeros (4), inode
 * (u64), size (u64), time of the last write (i64, nanoseconds), time of the last change (i64), zeros (12), crc32
 * (u32).
 */
import { crc32 } from "node:zlib";
import type { FileFacts } from "../blocks/file-system.ts";

/** What a log keeps of the image. */
type KeptFacts = Omit<FileFacts, "bornAtNs" | "linkCount" | "isSocket">;

export const placeBytes = 64;

export interface ImageState {
  readonly count: bigint;
  /** True while the owner writes: the image may be as it was before or after the write. */
  readonly isWriting: boolean;
  readonly facts: KeptFacts;
}

export function encodeImageState({ count, isWriting, facts }: ImageState, seed: number): Buffer {
  const bytes = Buffer.alloc(placeBytes);
  bytes.writeBigUInt64LE(count, 0);
  bytes.writeUInt32LE(isWriting ? 1 : 0, 8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(facts.inode)), 16);
  bytes.writeBigUInt64LE(BigInt(facts.sizeBytes), 24);
  bytes.writeBigInt64LE(facts.modifiedAtNs, 32);
  bytes.writeBigInt64LE(facts.changedAtNs, 40);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60), seed), 60);
  return bytes;
}

function decodePlace(bytes: Buffer, seed: number): ImageState | undefined {
  if (bytes.length < placeBytes || bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60), seed))
    return undefined;
  return {
    count: bytes.readBigUInt64LE(0),
    isWriting: bytes.readUInt32LE(8) !== 0,
    facts: {
      inode: bytes.readBigUInt64LE(16).toString(),
      sizeBytes: Number(bytes.readBigUInt64LE(24)),
      modifiedAtNs: bytes.readBigInt64LE(32),
      changedAtNs: bytes.readBigInt64LE(40),
    },
  };
}

export interface ReadState {
  /** The newer of the two states that is whole, or `undefined` if neither is. */
  readonly state: ImageState | undefined;
  /** Whether one of the two is not whole. */
  readonly isTorn: boolean;
}

export function decodeImageState(bytes: Buffer, seed: number): ReadState {
  const states = [0, placeBytes].map((at) => decodePlace(bytes.subarray(at, at + placeBytes), seed));
  const whole = states.filter((state) => state !== undefined);
  const state = whole.sort((left, right) => (left.count < right.count ? 1 : -1))[0];
  return { state, isTorn: whole.length < states.length };
}

export function isSameFile(one: KeptFacts, other: KeptFacts): boolean {
  return (
    one.inode === other.inode &&
    one.sizeBytes === other.sizeBytes &&
    one.modifiedAtNs === other.modifiedAtNs &&
    one.changedAtNs === other.changedAtNs
  );
}

/** A write that was under way changes the image this soon after the log, or it is another program's. */
const writeNanoseconds = 50_000_000n;

export interface SeenImage {
  readonly image: KeptFacts;
  /** When the log was last written. */
  readonly logChangedAt: bigint;
  /** Whether a writer has opened the disk and not closed it. */
  readonly isOpen: boolean;
  /** Whether that writer may be alive, and write while this is looked at. */
  readonly mayWrite: boolean;
}

/** Whether the image is as its owner left it, as far as anybody can know. */
export function isAsLeft(state: ImageState, seen: SeenImage): boolean {
  const { image, logChangedAt, isOpen, mayWrite } = seen;
  if (isSameFile(state.facts, image)) return true;
  if (!isOpen || image.inode !== state.facts.inode) return false;
  if (!state.isWriting && !mayWrite) return false;
  const distance = image.changedAtNs - logChangedAt;
  return distance <= writeNanoseconds && distance >= -writeNanoseconds;
}
