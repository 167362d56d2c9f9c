/**
 * The way of one cycle's segments to the target. With a process server, batches write into its cache, and one finished
 * segment after the other is put in its place at the target, at the speed of the line, while the next ones are read.
 * Without one, each is put there as soon as it is prepared.
 */
import path from "node:path";
import type { LocalFile } from "../../ports/objects.ts";
import type { MachineFolder } from "../../replica/machine-folder.ts";
import { blockSizeBytes } from "../../disks/disk.ts";
import { entryBytes } from "../../replica/layers/entry-table.ts";
import { recordHeaderBytes, tagBytes } from "../../replica/layers/layer-format.ts";
import type { BandwidthLimit } from "./bandwidth-limit.ts";
import type { CacheFolder, Place } from "./cache-folder.ts";
import type { Batch, CopyBatch, CopyResult, ResultOf } from "./batches.ts";
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
  readonly file: LocalFile;
  readonly name: string;
}

export interface TransferOptions {
  readonly server?: ProcessServer;
  readonly signal?: AbortSignal;
  /** Until when what is put at the target is locked, in milliseconds since 1970. */
  readonly lockedUntil?: number;
}

export class Transfer {
  readonly #server: ProcessServer | undefined;
  readonly #machine: MachineFolder;
  readonly #lockedUntil: number | undefined;
  /** Aborted when the cycle is given up, by its caller or by an error. */
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  /** The moves so far, one after the other; rejected when one of them was. */
  #moves: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<Waiting>();
  #onArrival: () => void = () => undefined;

  constructor(machine: MachineFolder, { server, signal, lockedUntil }: TransferOptions) {
    this.#lockedUntil = lockedUntil;
    this.#server = server;
    this.#machine = machine;
    this.#signal = signal ? AbortSignal.any([signal, this.#end.signal]) : this.#end.signal;
    server?.cache.prepare();
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
    return [...this.#waiting].reduce((sum, { file }) => sum + file.sizeBytes, 0);
  }

  /** Calls the listener each time that something from the cache has arrived. */
  onArrival(listener: () => void): void {
    this.#onArrival = listener;
  }

  /** Resolves when all that was finished so far is at the target, synced; rejects when a move failed. */
  arrived(): Promise<void> {
    return this.#moves;
  }

  /** Puts a file in its place after all that was finished so far; resolves when it is there. */
  async put(name: string, file: LocalFile): Promise<void> {
    await this.arrived();
    await this.#put(name, file);
  }

  #put(name: string, file: LocalFile): Promise<void> {
    const line = this.#server?.line;
    const pace = line && ((bytes: number) => line.pass(bytes, this.#signal));
    const lockedUntil = this.#lockedUntil;
    return this.#machine.putLayer(name, file, {
      signal: this.#signal,
      ...(pace && { pace }),
      ...(lockedUntil !== undefined && { lockedUntil }),
    });
  }

  /** Ends the moves; what is not at the target by now is dropped. */
  async close(): Promise<void> {
    this.#end.abort(new Error("the cycle has ended"));
    await this.#moves.catch(() => undefined);
    for (const { place, file } of this.#waiting) {
      place.leave();
      this.#drop(file);
    }
    this.#waiting.clear();
  }

  #drop({ files, path }: LocalFile): void {
    try {
      files.remove(path);
    } catch {
      // The error that led here matters more; the next process sweeps what stays behind.
    }
  }

  async #run<B extends Batch>(pipeline: Pipeline, batch: B): Promise<ResultOf<B>> {
    if (batch.type !== "copy") return pipeline.run(batch);
    const { files } = this.#machine.spool;
    const { name } = batch.segment;
    if (!this.#server) {
      const result: CopyResult = await pipeline.run<CopyBatch>(batch);
      const file = { files, path: batch.segment.path, sizeBytes: result.bytesStored };
      if (result.segmentWritten) await this.#put(name, file);
      return result as ResultOf<B>;
    }
    const place = await this.#server.cache.enter(segmentBytesMax(batch.blocks.length), this.#signal);
    const from = path.join(place.folder, path.basename(batch.segment.path));
    try {
      const cached: CopyBatch = { ...batch, segment: { ...batch.segment, path: from } };
      const result = await pipeline.run(cached);
      if (result.segmentWritten) {
        place.shrinkTo(result.bytesStored);
        this.#move({ place, name, file: { files, path: from, sizeBytes: result.bytesStored } });
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
      await this.#put(waiting.name, waiting.file);
      this.#waiting.delete(waiting);
      waiting.place.leave();
      this.#onArrival();
    });
    // The first failure ends the cycle: batches that wait for room would wait for good.
    this.#moves.catch((error: unknown) => this.#end.abort(error));
  }
}
