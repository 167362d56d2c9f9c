/**
 * The format of layer files, the only place where replica bytes are kept. A layer file is immutable and has
 * one of two kinds: a *segment* holds block data (records) and an index of it; a *map* holds only an index,
 * whose entries point into segments. Layout, little-endian:
 *
 *   header 64     magic 8, kind u32, version u32, store id 16, file id 16, zeros 16
 *   records       header 16 (block u32, counter u32, cipher bytes u32, plain bytes u31 + compressed bit),
 *                 ciphertext, tag 16
 *   index pages   entries (entry-table.ts) in ascending block order, each page sealed by itself
 *   directory     sealed: where pages are, the segment table, and after a compaction where records moved to
 *   tail 32       magic 8, directory offset u64, directory length u32, directory nonce 12
 *
 * One AES-256-GCM key a file. Nonces never repeat under it: records use their counter, pages their number
 * with a first byte of 0xa0, directories eleven random bytes after 0xd0.
 */
import { createCipheriv, createDecipheriv, hash, type KeyObject } from "node:crypto";
import { blockCompression, compressionRoom } from "./block-compression.ts";
import { freeBuffer } from "./free-buffer.ts";
import { damagedObject } from "../damaged-object.ts";
import { checksumBytes } from "./entry-table.ts";

export type LayerKind = "segment" | "map";
export const headerBytes = 64;
export const tailBytes = 32;
export const tagBytes = 16;
export const recordHeaderBytes = 16;
export const entriesPerPage = 2048;
const version = 1;
const headerMagic = Buffer.from("SRLAYER1", "latin1");
export const tailMagic = Buffer.from("SRLAYEND", "latin1");
const kindNumbers: Record<LayerKind, number> = { segment: 1, map: 2 };
const compressedBit = 0x8000_0000;

export function encodeHeader(kind: LayerKind, storeId: Uint8Array, fileId: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  headerMagic.copy(header);
  header.writeUInt32LE(kindNumbers[kind], 8);
  header.writeUInt32LE(version, 12);
  header.set(storeId, 16);
  header.set(fileId, 32);
  return header;
}

/** The first 16 bytes of the SHA-256 of a block's plain bytes. */
export function checksumOf(plain: Uint8Array): Buffer {
  return hash("sha256", plain, "buffer").subarray(0, checksumBytes);
}

export function recordNonce(counter: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(counter, 8);
  return nonce;
}

export function pageNonce(page: number): Buffer {
  const nonce = recordNonce(page);
  nonce[0] = 0xa0;
  return nonce;
}

/** How blocks become records. */
export interface Sealing {
  readonly key: KeyObject;
  /** Whether they are compressed, where that makes them smaller. */
  readonly compresses: boolean;
}

/** Seals one block into `output` from `at`; returns the record's length in bytes. */
export function sealRecord(
  { key, compresses }: Sealing,
  block: number,
  counter: number,
  plain: Uint8Array,
  output: Buffer,
  at: number,
): number {
  const packed = compresses ? packedBlock(plain) : undefined;
  const payload = packed ?? plain;
  output.writeUInt32LE(block, at);
  output.writeUInt32LE(counter, at + 4);
  output.writeUInt32LE(payload.length, at + 8);
  output.writeUInt32LE((plain.length + (packed ? compressedBit : 0)) >>> 0, at + 12);
  const cipher = createCipheriv("aes-256-gcm", key, recordNonce(counter));
  cipher.setAAD(output.subarray(at, at + recordHeaderBytes));
  const payloadBytes = payload.length;
  const sealed = cipher.update(payload);
  output.set(sealed, at + recordHeaderBytes);
  cipher.final();
  output.set(cipher.getAuthTag(), at + recordHeaderBytes + payloadBytes);
  freeBuffer(sealed);
  return recordHeaderBytes + payloadBytes + tagBytes;
}

/** What blocks are compressed into, one after the other. */
let scratch = Buffer.alloc(0);

/** The compressed block, until the next one is; `undefined` if it does not shrink by a sixteenth: reading it back is then faster. */
function packedBlock(plain: Uint8Array): Buffer | undefined {
  const room = compressionRoom(plain.length);
  if (scratch.length < room) scratch = Buffer.allocUnsafeSlow(room);
  const length = blockCompression().compress(plain, scratch);
  return length < plain.length - (plain.length >> 4) ? scratch.subarray(0, length) : undefined;
}

/** Opens one record; throws `Damaged` when it is not the authentic record of that block. */
export function openRecord(key: KeyObject, record: Buffer, block: number, filePath: string): Buffer {
  const { payload, packedLength } = openPayload(key, record, block, filePath);
  if (packedLength === undefined) return payload;
  const plain = Buffer.allocUnsafeSlow(packedLength);
  unpack(payload, plain, block, filePath);
  freeBuffer(payload);
  return plain;
}

/** Opens one record into a buffer that its block fills; throws `Damaged` as `openRecord` does, and for another length. */
export function openRecordInto(
  into: Buffer,
  key: KeyObject,
  record: Buffer,
  block: number,
  filePath: string,
): void {
  const { payload, packedLength } = openPayload(key, record, block, filePath);
  if ((packedLength ?? payload.length) !== into.length) {
    throw damagedObject(filePath, `the data of block ${block} has another length`);
  }
  if (packedLength === undefined) into.set(payload);
  else unpack(payload, into, block, filePath);
  freeBuffer(payload);
}

/** What is in a record, authentic; `packedLength`: its plain bytes, if it is compressed. */
function openPayload(
  key: KeyObject,
  record: Buffer,
  block: number,
  filePath: string,
): { payload: Buffer; packedLength: number | undefined } {
  const where = (why: string): string => `the data of block ${block} ${why}`;
  if (record.length < recordHeaderBytes + tagBytes) throw damagedObject(filePath, where("is cut short"));
  const cipherLength = record.readUInt32LE(8);
  const lengthWord = record.readUInt32LE(12);
  if (record.readUInt32LE(0) !== block || cipherLength + recordHeaderBytes + tagBytes !== record.length) {
    throw damagedObject(filePath, where("is not where it should be"));
  }
  try {
    const nonce = recordNonce(record.readUInt32LE(4));
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(record.subarray(0, recordHeaderBytes));
    decipher.setAuthTag(record.subarray(record.length - tagBytes));
    const payload = decipher.update(record.subarray(recordHeaderBytes, record.length - tagBytes));
    decipher.final();
    const isCompressed = (lengthWord & compressedBit) !== 0;
    return { payload, packedLength: isCompressed ? (lengthWord & ~compressedBit) >>> 0 : undefined };
  } catch (error) {
    throw damagedObject(filePath, where("does not match its authentication tag"), error);
  }
}

function unpack(payload: Buffer, plain: Buffer, block: number, filePath: string): void {
  try {
    blockCompression().decompress(payload, plain);
  } catch (error) {
    throw damagedObject(filePath, `the data of block ${block} cannot be decompressed`, error);
  }
}

/** Seals a page or directory: ciphertext and tag. */
export function sealBytes(
  key: KeyObject,
  nonce: Uint8Array,
  associated: Uint8Array,
  plain: Uint8Array,
): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(associated);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what `sealBytes` made; throws when it was changed. */
export function openBytes(key: KeyObject, nonce: Uint8Array, associated: Uint8Array, sealed: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);
}
