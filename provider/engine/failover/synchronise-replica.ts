/** A machine that runs from its replica: what it has changed goes back into the replica before its failback (H2F-4). */
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { type ProtectedItem, recoveryMachineOf, type ReplicationCycle } from "../../model/item.ts";
import { runCycle } from "../replication-cycle/run-cycle.ts";
import { recoveryDisks } from "../replication-cycle/source-disks.ts";

/**
 * Sends what the replica machine has changed back into the replica, as a new recovery point. Can be repeated, also
 * before the job begins, so that less is left to send while the machine is off.
 */
export async function synchroniseReplica(
  parts: EngineParts,
  item: ProtectedItem,
  progress: Progress,
): Promise<ReplicationCycle> {
  const { pointId } = recoveryMachineOf(item);
  const replicas = await parts.replicaStoreOf(item.details.replicaStoreId);
  const newest = (await replicas.recoveryPoints(item.details.replicaId)).at(-1)?.id;
  // A delta counts from the newest point. A machine that was started from an older one is compared as a whole.
  const kind = newest === (item.details.failbackPointId ?? pointId) ? "delta" : "resync";
  const disks = await recoveryDisks(parts, item);
  const cycle = await runCycle(parts, item, { kind, way: "local", disks, progress });
  noteFailbackPoint(parts, item, cycle);
  return cycle;
}

/** Keeps with the item which recovery point its machine at the recovery side was last equal to. */
export function noteFailbackPoint(
  parts: EngineParts,
  item: ProtectedItem,
  { pointId }: ReplicationCycle,
): void {
  putItem(parts.store, { ...item, details: { ...item.details, failbackPointId: pointId } });
}
