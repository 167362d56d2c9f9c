/**
 * Table `replica_ledger`: which recovery point of each replica this engine wrote last. A target is compared with it
 * before anything is added, so that a copy of the target, or of this database, is noticed.
 */
import type { SQLOutputValue } from "node:sqlite";
import type { Store } from "./open-store.ts";

/** A recovery point as it is remembered. */
export interface LedgerPoint {
  readonly id: string;
  /** 0: an earlier version wrote it and kept its id only. */
  readonly sequence: number;
  readonly contentId?: string;
}

export interface LedgerEntry {
  /** The newest point that is known to be in the store, or `undefined` before the first. */
  readonly written: LedgerPoint | undefined;
  /** The point whose publication began last, or `undefined` once it is `written`. After a crash either can be the newest. */
  readonly writing: LedgerPoint | undefined;
}

function toPoint(text: SQLOutputValue | undefined): LedgerPoint | undefined {
  return typeof text === "string" ? (JSON.parse(text) as LedgerPoint) : undefined;
}

export function findLedgerEntry(store: Store, replicaId: string): LedgerEntry | undefined {
  const row = store
    .prepare("SELECT written, writing FROM replica_ledger WHERE replica_id = ?")
    .get(replicaId);
  return row && { written: toPoint(row["written"]), writing: toPoint(row["writing"]) };
}

/** Notes which point is about to be published, and which one is known to be there by now, if that is news. */
export function putWriting(store: Store, replicaId: string, point: LedgerPoint, written?: LedgerPoint): void {
  store
    .prepare(
      `INSERT INTO replica_ledger (replica_id, writing, written) VALUES (?1, ?2, ?3)
       ON CONFLICT (replica_id) DO UPDATE SET writing = ?2, written = coalesce(?3, written)`,
    )
    .run(replicaId, JSON.stringify(point), written ? JSON.stringify(written) : null);
}

/** Notes which point has been published. */
export function putWritten(store: Store, replicaId: string, point: LedgerPoint): void {
  store
    .prepare(
      `INSERT INTO replica_ledger (replica_id, written) VALUES (?1, ?2)
       ON CONFLICT (replica_id) DO UPDATE SET written = ?2, writing = NULL`,
    )
    .run(replicaId, JSON.stringify(point));
}

/** Forgets a replica that was removed. */
export function removeLedgerEntry(store: Store, replicaId: string): void {
  store.prepare("DELETE FROM replica_ledger WHERE replica_id = ?").run(replicaId);
}
