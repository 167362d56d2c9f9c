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
import type { PointIdentity } from "../../replica/recovery-point.ts";
import type { EngineParts } from "../engine-parts.ts";
import { confirmLeases, requireLeases } from "../lease/under-lease.ts";
import type { Relationship } from "../../model/item.ts";

export interface ReplicaLedger {
  /** What was written last; `undefined` while the engine has written no point. */
  entry(): LedgerEntry | undefined;
  /** Notes durably that a point is about to be published. `before` is the newest one that is there. */
  writing(point: PointIdentity, before?: PointIdentity): void;
  /** Notes durably that a point has been published. */
  written(point: PointIdentity): void;
}

/** Returns what identifies a point, and no more of it. */
export function identityOf({ id, sequence, contentId }: PointIdentity): LedgerPoint {
  return { id, sequence, ...(contentId === undefined ? {} : { contentId }) };
}

/** Returns the ledger of one replica. It is read once: only who holds the lease of the replica's item writes it. */
export function ledgerOf(store: Store, replicaId: string): ReplicaLedger {
  let known: { readonly entry: LedgerEntry | undefined } | undefined;
  const entry = (): LedgerEntry | undefined => (known ??= { entry: findLedgerEntry(store, replicaId) }).entry;
  const leased = (write: () => void): void =>
    store.together(() => {
      requireLeases(store);
      write();
      known = undefined;
    });
  return {
    entry,
    writing: (point, before) => {
      const { writing } = entry() ?? {};
      // Its process ended between its publication and the note of it.
      const landed = before !== undefined && writing?.id === before.id ? writing : undefined;
      leased(() => putWriting(store, replicaId, identityOf(point), landed));
    },
    written: (point) => leased(() => putWritten(store, replicaId, identityOf(point))),
  };
}

/** A ledger that notes what was written when `settle` is called: in the transaction of what else is known by then. */
export interface SettledLedger extends ReplicaLedger {
  settle(): void;
}

/** Until it is settled, a published point counts as one that is being written, as after a crash. */
export function settledLater(ledger: ReplicaLedger): SettledLedger {
  let published: PointIdentity | undefined;
  return {
    ...ledger,
    written: (point) => (published = point),
    settle: () => {
      if (published) ledger.written(published);
      published = undefined;
    },
  };
}

/**
 * Removes a replica with all of its recovery points, and what is remembered of it. Absent is fine. Returns a sentence if
 * objects of it stay, because they are locked.
 */
export async function removeReplica(
  parts: EngineParts,
  { replicaStoreId, replicaId }: Relationship,
): Promise<string | undefined> {
  const replicas = await parts.replicaStoreOf(replicaStoreId);
  confirmLeases(parts);
  const kept = await replicas.removeMachine(replicaId);
  parts.store.transaction(() => removeLedgerEntry(parts.store, replicaId));
  if (kept.names.size === 0) return undefined;
  const end = kept.until === undefined ? "" : ` until ${new Date(kept.until).toISOString()} at least`;
  const count = kept.names.size === 1 ? "1 object" : `${kept.names.size} objects`;
  return `${count} of its replica in ${replicas.place} stay${end}; \`siterecovery retention\` removes them then`;
}
