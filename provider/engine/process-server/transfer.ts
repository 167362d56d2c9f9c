/**
 * What a process server does for one cycle: batches write into its cache instead of into the target, and a mover takes
 * one finished segment after the other to the target, at the speed of the line, while the next ones are read.
 */
import path from "node:path";
import type { FileSystem } from "../../blocks/file-system.ts";
import { blockSizeBytes } from "../../disks/disk.ts";
import { entryBytes } from "../../targets/layers/entry-table.ts";
import { recordHeaderBytes, tagBytes } from "../../targets/layers/layer-format.ts";
import type { BandwidthLimit } from "./bandwidth-limit.ts";
import type { CacheFolder, Place } from "./cache-folder.ts";
import type { Batch, CopyBatch, ResultOf } from "./batches.ts";
import { moveSegment } from "./move-segment.ts";
import type { Pipeline } from "./pipeline.ts";

/** A process server at work in this process: one cache and one line for all machines that it serves. */
export interface ProcessServer {
  readonly cache: CacheFolder;
  readonly line: BandwidthLimit;
}

/** Header, directory and tail of a segment, and the seals of its index pages, are less than this. */
const segmentOverheadBytes = 4096;

/** The most that a batch can write. */
export function segmentBytesMax(blockCount: number): number {
  return segmentOverheadBytes + blockCount * (blockSizeBytes + recordHeaderBytes + tagBytes + entryBytes);
}

interface Waiting {
  readonly place: Place;
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
}

export class Transfer {
  readonly #server: ProcessServer;
  readonly #files: FileSystem;
  /** Aborted when the cycle is given up, by its caller or by an error. */
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  /** The moves so far, one after the other; rejected when one of them was. */
  #moves: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<Waiting>();
  #isOtherDevice = false;
  #onArrival: () => void = () => undefined;

  constructor(server: ProcessServer, files: FileSystem, signal?: AbortSignal) {
    this.#server = server;
    this.#files = files;
    this.#signal = signal ? AbortSignal.any([signal, this.#end.signal]) : this.#end.signal;
    server.cache.prepare();
  }

  /** The same pipeline, with the cache between it and the target. */
  through(pipeline: Pipeline): Pipeline {
    return {
      width: pipeline.width,
      run: (batch) => this.#run(pipeline, batch),
      close: () => pipeline.close(),
    };
  }

  /** Bytes in the cache that the line has not carried yet. */
  get waitingBytes(): number {
    return [...this.#waiting].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Calls the listener each time that something from the cache has arrived. */
  onArrival(listener: () => void): void {
    this.#onArrival = listener;
  }

  /** Resolves when all that was finished so far is at the target, synced; rejects when a move failed. */
  arrived(): Promise<void> {
    return this.#moves;
  }

  /** Resolves when bytes that are written at the target itself may go over the line. */
  pass(bytes: number): Promise<void> {
    return this.#server.line.pass(bytes, this.#signal);
  }

  /** Ends the moves; what is not at the target by now is dropped. */
  async close(): Promise<void> {
    this.#end.abort(new Error("the cycle has ended"));
    await this.#moves.catch(() => undefined);
    for (const { place, from } of this.#waiting) {
      place.leave();
      this.#drop(from);
    }
    this.#waiting.clear();
  }

  #drop(filePath: string): void {
    try {
      this.#files.remove(filePath);
    } catch {
      // The error that led here matters more; the next process sweeps what stays behind.
    }
  }

  async #run<B extends Batch>(pipeline: Pipeline, batch: B): Promise<ResultOf<B>> {
    if (batch.type !== "copy") return pipeline.run(batch);
    const place = await this.#server.cache.enter(segmentBytesMax(batch.blocks.length), this.#signal);
    const from = path.join(place.folder, path.basename(batch.segment.path));
    try {
      const cached: CopyBatch = { ...batch, segment: { ...batch.segment, path: from } };
      const result = await pipeline.run(cached);
      if (result.segmentWritten) {
        place.shrinkTo(result.bytesStored);
        this.#move({ place, from, to: batch.segment.path, sizeBytes: result.bytesStored });
      } else place.leave();
      return result as ResultOf<B>;
    } catch (error) {
      place.leave();
      throw error;
    }
  }

  #move(waiting: Waiting): void {
    this.#waiting.add(waiting);
    this.#moves = this.#moves.then(async () => {
      this.#signal.throwIfAborted();
      const pass = (bytes: number): Promise<void> => this.pass(bytes);
      const wasCopied = await moveSegment(this.#files, waiting, pass, this.#isOtherDevice);
      this.#isOtherDevice ||= wasCopied;
      this.#waiting.delete(waiting);
      waiting.place.leave();
      this.#onArrival();
    });
    // The first failure ends the cycle: batches that wait for room would wait for good.
    this.#moves.catch((error: unknown) => this.#end.abort(error));
  }
}
