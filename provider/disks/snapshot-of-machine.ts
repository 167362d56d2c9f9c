import type { SharedTime } from "../clock.ts";
import type { MachineSnapshot } from "./disk.ts";
import type { Outcome } from "./snapshot-request.ts";
import type { SnapshotOfDisk } from "./snapshot-of-disk.ts";

/** The snapshots of a machine's disks, which end together. */
export class SnapshotOfMachine implements MachineSnapshot {
  readonly takenAt: number;
  readonly takenOn: SharedTime;
  readonly disks: readonly SnapshotOfDisk[];

  constructor(
    { takenAt, takenOn }: { takenAt: number; takenOn: SharedTime },
    disks: readonly SnapshotOfDisk[],
  ) {
    this.takenAt = takenAt;
    this.takenOn = takenOn;
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
