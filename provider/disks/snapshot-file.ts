/**
 * The bytes of `<disk>.snapshot`: a header of 4 KiB, a map with one byte a block, a crc32 a block, and the old
 * content of the blocks that were overwritten since, each at its own place, so that the file has holes where nothing was
 * overwritten.
 *
 * A reader reads the image first and looks at the map and the state afterwards; the owner fills the map
 * before it overwrites the image. Whatever the timing, what the reader then holds is either right or found to
 * be replaced.
 */
import { crc32 } from "node:zlib";
import type { OpenFile } from "../blocks/file-system.ts";
import type { SnapshotHolder } from "./held-snapshots.ts";
import { blockCountOf, blockSizeBytes } from "./disk.ts";

export const snapshotPathOf = (diskPath: string): string => `${diskPath}.snapshot`;

export const snapshotStates = { active: 1, ended: 2, lost: 3 } as const;
export type SnapshotState = keyof typeof snapshotStates;

/**
 * What the map says of a block: still in the image, its old content is here, or it was all zeros. A flipped
 * bit turns none of them into another.
 */
export const blockMarks = { inImage: 0, preserved: 0x5a, zero: 0xa5 } as const;

export interface SnapshotHeader {
  readonly snapshotId: string;
  /** Who took the snapshot and will end it. */
  readonly holder: SnapshotHolder;
  readonly bootId: string;
  /** Logs up to this number hold the snapshot's changes. */
  readonly sealedThrough: number;
  readonly sizeBytes: number;
}

const magic = Buffer.from("SRSNAP02", "latin1");
/** What the magic of each version begins with. */
const family = magic.subarray(0, 6);
const statePosition = 8;
export const snapshotHeaderBytes = 4096;
export const mapPosition = snapshotHeaderBytes;
export const checksumBytes = 4;

/** Where the checksum of block 0's old content is. */
export function checksumPosition(sizeBytes: number): number {
  return Math.ceil((mapPosition + blockCountOf(sizeBytes)) / checksumBytes) * checksumBytes;
}

/** Where the old content of block 0 is. */
export function dataPosition(sizeBytes: number): number {
  const checksumsEnd = checksumPosition(sizeBytes) + blockCountOf(sizeBytes) * checksumBytes;
  return Math.ceil(checksumsEnd / blockSizeBytes) * blockSizeBytes;
}

export function encodeSnapshotHeader(header: SnapshotHeader): Buffer {
  const bytes = Buffer.alloc(snapshotHeaderBytes);
  magic.copy(bytes, 0);
  bytes[statePosition] = snapshotStates.active;
  const text = Buffer.from(JSON.stringify(header));
  bytes.writeUInt32LE(text.length, 12);
  bytes.writeUInt32LE(crc32(text), 16);
  text.copy(bytes, 20);
  return bytes;
}

/** The header, or `undefined` if it was not written completely. */
export function readSnapshotHeader(file: OpenFile): SnapshotHeader | undefined {
  const bytes = Buffer.alloc(snapshotHeaderBytes);
  if (file.read(bytes, 0) < snapshotHeaderBytes || !bytes.subarray(0, 8).equals(magic)) return undefined;
  const length = bytes.readUInt32LE(12);
  if (length > snapshotHeaderBytes - 20) return undefined;
  const text = bytes.subarray(20, 20 + length);
  if (crc32(text) !== bytes.readUInt32LE(16)) return undefined;
  return JSON.parse(text.toString()) as SnapshotHeader;
}

/**
 * Whether a file that is named as a disk's snapshot is one: also one whose header a power cut has left out. A person's copy of an image
 * has other bytes there, or is no larger than the image.
 */
export function isSnapshotFile(file: OpenFile, imageBytes: number): boolean {
  const { sizeBytes } = file.size();
  const bytes = Buffer.alloc(snapshotHeaderBytes);
  file.read(bytes, 0);
  if (bytes.subarray(0, family.length).equals(family)) return true;
  return sizeBytes === 0 || (sizeBytes > imageBytes && bytes.every((byte) => byte === 0));
}

export function readSnapshotState(file: OpenFile): SnapshotState {
  const state = Buffer.alloc(1);
  file.read(state, statePosition);
  if (state[0] === snapshotStates.active) return "active";
  return state[0] === snapshotStates.lost ? "lost" : "ended";
}

export function writeSnapshotState(file: OpenFile, state: SnapshotState): void {
  file.write(Uint8Array.of(snapshotStates[state]), statePosition);
}
