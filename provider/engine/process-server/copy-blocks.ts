import { createSecretKey } from "node:crypto";
import type { FileSystem } from "../../blocks/file-system.ts";
import { blockSizeBytes } from "../../disks/disk.ts";
import { checksumBytes, EntryTable } from "../../replica/layers/entry-table.ts";
import {
  checksumOf,
  recordHeaderBytes,
  type Sealing,
  sealRecord,
  tagBytes,
} from "../../replica/layers/layer-format.ts";
import { LayerWriter } from "../../replica/layers/layer-writer.ts";
import { type CopyBatch, type CopyResult, type OnBytes, outcome } from "./batches.ts";

/** Reads are this large where the blocks lie side by side, and so are writes. */
const runBlocks = 16;
const zeroBlock = Buffer.alloc(blockSizeBytes);
const recordBytesMax = blockSizeBytes + recordHeaderBytes + tagBytes;
// One set of buffers a thread: the part of a batch that uses them runs without a break.
const input = Buffer.alloc(runBlocks * blockSizeBytes);
const output = Buffer.alloc(runBlocks * recordBytesMax);

/** Where a batch's source bytes come from. */
export interface BlockReader {
  read(buffer: Uint8Array, offset: number): void;
}

/**
 * The work on one batch's blocks: read, test for zeros, checksum, compare with what the target has already,
 * compress, encrypt, write to a segment of its own, and wait until that is durable. Runs on whatever thread
 * it is called on; nothing but the batch and the result crosses threads.
 */
export async function copyBlocks(
  batch: CopyBatch,
  files: FileSystem,
  reader: BlockReader,
  onBytes?: OnBytes,
): Promise<CopyResult> {
  const work = new CopyWork(batch, files, onBytes);
  try {
    work.run(reader);
    return await work.finish();
  } catch (error) {
    work.discard();
    throw error;
  }
}

class CopyWork {
  readonly #batch: CopyBatch;
  readonly #files: FileSystem;
  readonly #onBytes: OnBytes | undefined;
  readonly #key;
  readonly #sealing: Sealing;
  readonly #entries = new EntryTable();
  readonly #outcomes: Uint8Array;
  #writer: LayerWriter | undefined;
  #counter = 0;
  #pendingBytes = 0;
  #bytesRead = 0;

  constructor(batch: CopyBatch, files: FileSystem, onBytes: OnBytes | undefined) {
    this.#batch = batch;
    this.#files = files;
    this.#onBytes = onBytes;
    this.#key = createSecretKey(batch.segment.key);
    this.#sealing = { key: this.#key, compresses: batch.compresses };
    this.#outcomes = new Uint8Array(batch.blocks.length);
  }

  run(reader: BlockReader): void {
    const { blocks } = this.#batch;
    for (let start = 0; start < blocks.length;) {
      let end = start + 1;
      while (end < blocks.length && end - start < runBlocks && blocks[end] === blocks[end - 1]! + 1) end += 1;
      this.#copyRun(reader, start, end);
      start = end;
    }
    this.#flush();
  }

  async finish(): Promise<CopyResult> {
    const entries = this.#entries;
    if (this.#batch.recordZeros && entries.count > 0) this.#open();
    const writer = this.#writer;
    if (writer !== undefined) {
      const self = writer.segmentIndex(Buffer.from(this.#batch.segment.fileId).toString("hex"));
      for (let index = 0; index < entries.count; index += 1) {
        const length = entries.length(index);
        writer.addEntry(entries.block(index), self, entries.offset(index), length, entries.checksum(index));
      }
      writer.seal();
      await writer.finish();
    }
    return {
      outcomes: this.#outcomes,
      entries: new Uint8Array(entries.bytes()),
      segmentWritten: writer !== undefined,
      bytesRead: this.#bytesRead,
      bytesStored: writer?.sizeBytes ?? 0,
    };
  }

  discard(): void {
    this.#writer?.discard();
  }

  #copyRun(reader: BlockReader, start: number, end: number): void {
    const { blocks, diskSizeBytes } = this.#batch;
    const offset = blocks[start]! * blockSizeBytes;
    const length = Math.min((end - start) * blockSizeBytes, diskSizeBytes - offset);
    const batch = input.subarray(0, length);
    reader.read(batch, offset);
    this.#bytesRead += length;
    this.#onBytes?.(length);
    for (let position = start; position < end; position += 1) {
      const from = (position - start) * blockSizeBytes;
      this.#copyBlock(position, batch.subarray(from, Math.min(from + blockSizeBytes, length)));
    }
  }

  #copyBlock(position: number, plain: Buffer): void {
    const block = this.#batch.blocks[position]!;
    if (plain.equals(plain.length === blockSizeBytes ? zeroBlock : zeroBlock.subarray(0, plain.length))) {
      this.#outcomes[position] = outcome.zero;
      if (this.#batch.recordZeros) this.#entries.push(block, 0, 0, 0);
      return;
    }
    const checksum = checksumOf(plain);
    for (const [index, known] of this.#batch.known.entries()) {
      const at = position * checksumBytes;
      if (
        known.present[position] === 1 &&
        checksum.equals(known.checksums.subarray(at, at + checksumBytes))
      ) {
        this.#outcomes[position] = outcome.known + index;
        return;
      }
    }
    this.#outcomes[position] = outcome.stored;
    this.#store(block, plain, checksum);
  }

  #store(block: number, plain: Buffer, checksum: Buffer): void {
    const writer = this.#open();
    if (this.#pendingBytes + recordBytesMax > output.length) this.#flush();
    const length = sealRecord(this.#sealing, block, this.#counter, plain, output, this.#pendingBytes);
    this.#entries.push(block, 0, writer.sizeBytes + this.#pendingBytes, length, checksum);
    this.#pendingBytes += length;
    this.#counter += 1;
  }

  #open(): LayerWriter {
    this.#writer ??= new LayerWriter(this.#files, {
      ...this.#batch.segment,
      kind: "segment",
      key: this.#key,
    });
    return this.#writer;
  }

  #flush(): void {
    if (this.#pendingBytes > 0) this.#writer?.appendSealed(output.subarray(0, this.#pendingBytes));
    this.#pendingBytes = 0;
  }
}
