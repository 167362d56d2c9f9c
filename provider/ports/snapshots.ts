/**
 * The disks of machines as a cycle reads them: what changed, and their bytes at one instant. It hides how changes are
 * tracked. Every call may take minutes.
 */
import type { MachineDefinition } from "../model/machine-definition.ts";
import type { Lineage } from "../model/lineage.ts";
import type { ChangeState, MachineSnapshot } from "../disks/disk.ts";

/** A disk of a machine, at the side that it runs at. */
export interface SourceDisk {
  /** The place of its machine (`Machines`). */
  readonly machine: string;
  readonly diskId: string;
  /** The image: an absolute path at a place that holds files, else a text that names it. */
  readonly path: string;
}

/** The lease that snapshots are taken under: those of the same engine's earlier epoch are dropped for new ones. */
export interface SnapshotWriter {
  readonly engineId: string;
  readonly epoch: number;
}

export interface Snapshots {
  /**
   * One instant of the disks of several machines; each machine's snapshot is completed or abandoned by itself. All begin or
   * none does. Throws `Busy` while another snapshot of a disk is at work, `NotFound` for a missing image, `DiskFull`, and
   * `InvalidInput` when a disk is named twice.
   */
  take(machines: readonly (readonly SourceDisk[])[], writer?: SnapshotWriter): Promise<MachineSnapshot[]>;
  /** What is known of a disk's changes, without a snapshot. */
  stateOf(disk: SourceDisk): Promise<ChangeState>;
  /**
   * Makes a disk count as unchanged: after a full copy by other means, or when the direction of replication turns. The
   * caller has made the image durable. Returns the lineage of what changes from now on, if it can be told. Throws `Busy`
   * while a snapshot is being replicated. `definition` is that of a machine that is not defined yet.
   */
  reset(disk: SourceDisk, definition?: MachineDefinition): Promise<Lineage | undefined>;
  /** Keeps the disk's writers out while `work` writes to the image. Throws `Busy` if one has it open. */
  whileNobodyWrites<T>(disk: SourceDisk, work: () => Promise<T>): Promise<T>;
}
