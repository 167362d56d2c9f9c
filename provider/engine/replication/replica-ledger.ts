/** What the engine remembers of a replica, apart from the target: which recovery point it wrote last. */
import {
  findLedgerEntry,
  type LedgerEntry,
  type LedgerPoint,
  putWriting,
  putWritten,
  removeLedgerEntry,
} from "../../store/replica-ledger.ts";
import type { Store } from "../../store/open-store.ts";
import type { PointIdentity } from "../../targets/recovery-point.ts";
import type { EngineParts } from "../engine-parts.ts";
import { confirmLeases, requireLeases } from "../under-lease.ts";
import type { Relationship } from "../protected-item/item.ts";

export interface ReplicaLedger {
  /** What was written last; `undefined` while the engine has written no point. */
  entry(): LedgerEntry | undefined;
  /** Notes durably that a point is about to be published. */
  writing(point: PointIdentity): void;
  /** Notes durably that a point has been published. */
  written(point: PointIdentity): void;
}

/** Returns what tells a point from all others, and no more of it. */
export function identityOf({ id, sequence, contentId }: PointIdentity): LedgerPoint {
  return { id, sequence, ...(contentId === undefined ? {} : { contentId }) };
}

/** Returns the ledger of one replica. */
export function ledgerOf(store: Store, replicaId: string): ReplicaLedger {
  const leased = (write: () => void): void =>
    store.transaction(() => {
      requireLeases(store);
      write();
    });
  return {
    entry: () => findLedgerEntry(store, replicaId),
    writing: (point) => leased(() => putWriting(store, replicaId, identityOf(point))),
    written: (point) => leased(() => putWritten(store, replicaId, identityOf(point))),
  };
}

/** Removes a replica with all of its recovery points, and what is remembered of it. Absent is fine. */
export async function removeReplica(
  parts: EngineParts,
  { replicaStoreId, replicaId }: Relationship,
): Promise<void> {
  const replicas = await parts.replicaStoreOf(replicaStoreId);
  confirmLeases(parts);
  replicas.removeMachine(replicaId);
  parts.store.transaction(() => removeLedgerEntry(parts.store, replicaId));
}
