import type { ReplicaStore, RetentionResult } from "../../replica/replica-store.ts";
import { choosePointsToKeep, type DatedPoint, type RetentionRule } from "./choose-points-to-keep.ts";

/**
 * Points go when a twentieth of them is due, not one by one: giving their space back means a look at what all the
 * others need, and with hundreds of points that would cost each cycle more than its delta.
 */
const batchDivisor = 20;

/** Ids of the points that stay: all of them until a batch has come together. */
export function pointsToStay(points: readonly DatedPoint[], rule: RetentionRule): Set<string> {
  const kept = choosePointsToKeep(points, rule);
  const isBatch = points.length - kept.size >= Math.max(1, Math.floor(points.length / batchDivisor));
  return isBatch ? kept : new Set(points.map((point) => point.id));
}

/**
 * Drops a machine's recovery points that its policy no longer keeps and gives their space back. The newest
 * one and those in use always stay. Can be repeated; throws `Busy` while a cycle of the machine is running.
 * `servedPointIds` stay as well: machines run from them, also while nothing has them pinned.
 * Where points are locked for the whole retention, none is thinned out before: it could not be removed.
 */
export function retainPoints(
  store: ReplicaStore,
  machineId: string,
  rule: RetentionRule,
  servedPointIds: readonly string[] = [],
): Promise<RetentionResult> {
  const kept = store.objects.traits.retentionLock ? { ...rule, pruning: [] } : rule;
  return store.retain(machineId, (points) => [...pointsToStay(points, kept), ...servedPointIds]);
}
