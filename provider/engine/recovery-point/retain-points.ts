import type { ReplicaStore, RetentionResult } from "../../targets/replica-store.ts";
import { choosePointsToKeep, type RetentionRule } from "./choose-points-to-keep.ts";

/**
 * Drops a machine's recovery points that its policy no longer keeps and gives their space back. The newest
 * one and those in use always stay. Can be repeated; throws `Busy` while a cycle of the machine is running.
 */
export function retainPoints(
  store: ReplicaStore,
  machineId: string,
  rule: RetentionRule,
): Promise<RetentionResult> {
  return store.retain(machineId, (points) => choosePointsToKeep(points, rule));
}
