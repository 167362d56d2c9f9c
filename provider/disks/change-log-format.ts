/**
 * The bytes of a change log (`.hrl`): a header of 64 bytes, the state of the image (image-state.ts) and records of 16
 * bytes, all little-endian. A record's checksum covers the header and the record's place as well, so that no record
 * of another log or place passes for it.
 *
 * Header: magic (8), block size (u32), log number (u32), disk size (u64), tracking id (16), log id (16), zeros (4),
 * crc32 (u32). The first version had no log id and no state of the image. Record: kind (u32), two values (u32 each), crc32 (u32).
 */
import { crc32 } from "node:zlib";
import { blockSizeBytes, resyncReasons } from "./disk.ts";
import type { ResyncReason } from "./disk.ts";
import { placeBytes } from "./image-state.ts";

export const headerBytes = 64;
export const recordBytes = 16;
const magic = Buffer.from("SRHRL002", "latin1");
const formerMagic = Buffer.from("SRHRL001", "latin1");

export interface ChangeLogHeader {
  readonly logNumber: number;
  readonly diskSizeBytes: number;
  /** Hexadecimal, the same in all logs of a disk; only who can read the log knows it. */
  readonly trackingId: string;
  /** Hexadecimal, by chance, each log's own; absent in a log of the first version. */
  readonly logId?: string;
}

/** Where a log's records begin: behind header and state, or behind the header alone in the first version. */
export function recordsPosition(header: ChangeLogHeader): number {
  return header.logId === undefined ? headerBytes : headerBytes + 2 * placeBytes;
}

/**
 * - `changed`: the blocks may have been written.
 * - `opened`: a writer opened the disk in this boot of the machine (8 bytes of a hash of the boot's id).
 * - `closed`: the writer closed it; image and logs were synced before.
 * - `resync`: a delta is not enough.
 */
export type ChangeRecord =
  | { readonly kind: "changed"; readonly firstBlock: number; readonly blockCount: number }
  | { readonly kind: "opened"; readonly boot: string }
  | { readonly kind: "closed" }
  | { readonly kind: "resync"; readonly reason: ResyncReason };

const kindNumbers = { changed: 1, opened: 2, closed: 3, resync: 4 } as const;

export function encodeHeader(header: ChangeLogHeader): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  (header.logId === undefined ? formerMagic : magic).copy(bytes, 0);
  bytes.writeUInt32LE(blockSizeBytes, 8);
  bytes.writeUInt32LE(header.logNumber, 12);
  bytes.writeBigUInt64LE(BigInt(header.diskSizeBytes), 16);
  bytes.write(header.trackingId, 24, "hex");
  if (header.logId !== undefined) bytes.write(header.logId, 40, "hex");
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  return bytes;
}

/** The header in these bytes, or `undefined` if they are damaged or of another format. */
export function decodeHeader(bytes: Buffer): ChangeLogHeader | undefined {
  if (bytes.length < headerBytes) return undefined;
  const isFormer = bytes.subarray(0, 8).equals(formerMagic);
  if (!isFormer && !bytes.subarray(0, 8).equals(magic)) return undefined;
  if (bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60))) return undefined;
  if (bytes.readUInt32LE(8) !== blockSizeBytes) return undefined;
  return {
    logNumber: bytes.readUInt32LE(12),
    diskSizeBytes: Number(bytes.readBigUInt64LE(16)),
    trackingId: bytes.toString("hex", 24, 40),
    ...(isFormer ? {} : { logId: bytes.toString("hex", 40, 56) }),
  };
}

function valuesOf(record: ChangeRecord): [number, number] {
  switch (record.kind) {
    case "changed":
      return [record.firstBlock, record.blockCount];
    case "opened":
      return [Number.parseInt(record.boot.slice(0, 8), 16), Number.parseInt(record.boot.slice(8, 16), 16)];
    case "closed":
      return [0, 0];
    case "resync":
      return [resyncReasons.indexOf(record.reason), 0];
  }
}

/** Writes the record at `position` of the log into `bytes` at `at`. */
export function encodeRecord(
  bytes: Buffer,
  at: number,
  record: ChangeRecord,
  seed: number,
  position: number,
): void {
  const [first, second] = valuesOf(record);
  bytes.writeUInt32LE(kindNumbers[record.kind], at);
  bytes.writeUInt32LE(first, at + 4);
  bytes.writeUInt32LE(second, at + 8);
  bytes.writeUInt32LE(checksum(bytes, at, seed, position), at + 12);
}

/** The record at `at` of `bytes`, which is at `position` of the log, or `undefined` if it is damaged. */
export function decodeRecord(
  bytes: Buffer,
  at: number,
  seed: number,
  position: number,
): ChangeRecord | undefined {
  if (bytes.readUInt32LE(at + 12) !== checksum(bytes, at, seed, position)) return undefined;
  const first = bytes.readUInt32LE(at + 4);
  const second = bytes.readUInt32LE(at + 8);
  switch (bytes.readUInt32LE(at)) {
    case kindNumbers.changed:
      return { kind: "changed", firstBlock: first, blockCount: second };
    case kindNumbers.opened:
      return {
        kind: "opened",
        boot: first.toString(16).padStart(8, "0") + second.toString(16).padStart(8, "0"),
      };
    case kindNumbers.closed:
      return { kind: "closed" };
    case kindNumbers.resync: {
      const reason = resyncReasons[first];
      return reason === undefined ? undefined : { kind: "resync", reason };
    }
    default:
      return undefined;
  }
}

function checksum(bytes: Buffer, at: number, seed: number, position: number): number {
  // The seed is the header's checksum; the record's number is mixed in so that records cannot trade places.
  return crc32(bytes.subarray(at, at + 12), (seed ^ Math.imul(position, 0x9e3779b1)) >>> 0);
}
