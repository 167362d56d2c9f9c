/**
 * Retention: which recovery points stay. Data only; `store.retain` does the work. The pruning table is the
 * one Azure documents for recovery points [HW-4a's schedule makes many]: all of the last two hours, then one
 * an hour up to a day, one in two hours up to a week, one in four hours up to fifteen days.
 */
import { countedAtOf } from "../../replica/counted-time.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";

/** What retention looks at. */
export type DatedPoint = Pick<RecoveryPoint, "id" | "sequence" | "takenAt" | "countedAt" | "kind">;

export interface RetentionRule {
  /** Points older than this go. 0 keeps the newest only. */
  readonly retentionMinutes: number;
  /** Default `defaultPruning`; an empty table keeps every point within the retention. */
  readonly pruning?: readonly PruningStep[];
}

/** Of points older than `olderThanMinutes`, one in `intervalMinutes` stays. Steps in ascending age. */
export interface PruningStep {
  readonly olderThanMinutes: number;
  readonly intervalMinutes: number;
}

const day = 24 * 60;
export const defaultPruning: readonly PruningStep[] = [
  { olderThanMinutes: 120, intervalMinutes: 60 },
  { olderThanMinutes: day, intervalMinutes: 120 },
  { olderThanMinutes: 7 * day, intervalMinutes: 240 },
];

/**
 * Ids of the points to keep, of one machine's points in the order they were taken. Age counts from the newest
 * point, not from now, and by counted time: when replication stops, or the clock jumps, no history is lost. In each
 * interval an application-consistent point is kept before a crash-consistent one, and a newer before an
 * older.
 */
export function choosePointsToKeep(points: readonly DatedPoint[], rule: RetentionRule): Set<string> {
  const newest = points.at(-1);
  if (newest === undefined) return new Set();
  const kept = new Map<string, DatedPoint>();
  for (const point of points) {
    const ageMinutes = (countedAtOf(newest) - countedAtOf(point)) / 60_000;
    if (ageMinutes > rule.retentionMinutes) continue;
    const slot = slotOf(point, ageMinutes, rule.pruning ?? defaultPruning);
    const rival = kept.get(slot);
    if (rival === undefined || isBetter(point, rival)) kept.set(slot, point);
  }
  return new Set([newest.id, ...[...kept.values()].map((point) => point.id)]);
}

/** Points of one slot compete for it. Slots are fixed in time, so that a later run keeps the same points. */
function slotOf(point: DatedPoint, ageMinutes: number, pruning: readonly PruningStep[]): string {
  const step = pruning.findLast((candidate) => ageMinutes > candidate.olderThanMinutes);
  if (step === undefined) return point.id;
  return `${step.intervalMinutes}:${Math.floor(countedAtOf(point) / 60_000 / step.intervalMinutes)}`;
}

function isBetter(point: DatedPoint, rival: DatedPoint): boolean {
  if (point.kind !== rival.kind) return point.kind === "AppConsistent";
  return point.sequence > rival.sequence;
}
