import type { MachineSnapshot } from "./disk.ts";
import type { Outcome } from "./snapshot-request.ts";
import type { SnapshotOfDisk } from "./snapshot-of-disk.ts";

/** The snapshots of a machine's disks, which end together. */
export class SnapshotOfMachine implements MachineSnapshot {
  readonly takenAt: number;
  readonly disks: readonly SnapshotOfDisk[];

  constructor(takenAt: number, disks: readonly SnapshotOfDisk[]) {
    this.takenAt = takenAt;
    this.disks = disks;
  }

  complete(): Promise<void> {
    return this.#end("complete");
  }

  abandon(): Promise<void> {
    return this.#end("abandon");
  }

  /** One disk's error does not keep the others from ending; the first one is thrown. */
  async #end(outcome: Outcome): Promise<void> {
    const results = await Promise.allSettled(this.disks.map((disk) => disk.end(outcome)));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
}
