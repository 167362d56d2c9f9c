/**
 * How far a cycle is, as people see it: what still waits in a process server's cache is neither sent nor done.
 */
import type { Transfer } from "../process-server/transfer.ts";

export interface CopyProgress {
  readonly diskId: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Compressed and encrypted bytes written to the target so far. */
  readonly bytesSent: number;
  /** Blocks that the target had already, so that they did not travel. */
  readonly blocksReused: number;
}

/** Sums of a running cycle. */
export interface CycleCounts {
  bytesRead: number;
  bytesChanged: number;
  bytesSent: number;
  blocksSent: number;
  blocksReused: number;
}

interface DiskProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export class CycleProgress {
  readonly #counts: CycleCounts;
  readonly #transfer: Transfer | undefined;
  readonly #onProgress: ((progress: CopyProgress) => void) | undefined;
  /** What was read of each disk that is not at the target as a whole. */
  readonly #disks = new Map<string, DiskProgress>();

  constructor(
    counts: CycleCounts,
    transfer: Transfer | undefined,
    onProgress: ((progress: CopyProgress) => void) | undefined,
  ) {
    this.#counts = counts;
    this.#transfer = transfer;
    this.#onProgress = onProgress;
    transfer?.onArrival(() => this.#tellAll());
  }

  /** Notes how much of a disk was read and prepared, and reports how much of it is done. */
  note(diskId: string, disk: DiskProgress): void {
    this.#disks.set(diskId, disk);
    this.#tell(diskId, disk);
  }

  #tellAll(): void {
    for (const [diskId, disk] of this.#disks) this.#tell(diskId, disk);
  }

  #tell(diskId: string, { bytesDone, bytesTotal }: DiskProgress): void {
    const { bytesSent: prepared, blocksReused } = this.#counts;
    const waiting = this.#transfer?.waitingBytes ?? 0;
    const bytesSent = Math.max(0, prepared - waiting);
    const share = waiting === 0 || prepared === 0 ? 1 : bytesSent / prepared;
    const arrived = Math.floor(bytesDone * share);
    if (arrived >= bytesTotal) this.#disks.delete(diskId);
    this.#onProgress?.({ diskId, bytesDone: arrived, bytesTotal, bytesSent, blocksReused });
  }
}
