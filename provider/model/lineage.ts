/**
 * Which log of a disk has the changes since an instant. A recovery point keeps it for each disk; only changes of that
 * log, and of those that follow it without a gap, may be added to the point.
 */
export interface Lineage {
  /** Hexadecimal, made from the disk's tracking id: the same in all logs of a disk. */
  readonly tracker: string;
  /** The log's number, which counts up. */
  readonly generation: number;
  /** Hexadecimal, by chance: no other log has it, not even one of the same number after an older state came back. */
  readonly logId: string;
}

/** Whether both name the same log. */
export function isSameLineage(one: Lineage | undefined, other: Lineage): boolean {
  return (
    one !== undefined &&
    one.tracker === other.tracker &&
    one.generation === other.generation &&
    one.logId === other.logId
  );
}

/** By disk id: the logs that hold what has changed since one instant. */
export type Lineages = Readonly<Record<string, Lineage>>;

/** Disks that were made equal to a recovery point, and what their logs count from since then. */
export interface Seed {
  readonly pointId: string;
  readonly lineages: Lineages;
}
