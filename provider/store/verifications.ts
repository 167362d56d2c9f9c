/** Table `verifications`: when a part of each store of replicas is read again, and what the last reading found. */
import { idKey } from "../arm-id.ts";
import type { Store } from "./open-store.ts";

export interface VerificationResult {
  readonly objectsRead: number;
  readonly bytesRead: number;
  readonly durationMilliseconds: number;
  /** Damaged objects that it found. */
  readonly damagedCount: number;
  /** Why it could not be done; the numbers are 0 then. */
  readonly error?: string;
}

export interface Verification {
  readonly holderId: string;
  /** Milliseconds since 1970, as `endedAt`. */
  readonly dueAt: number;
  /** Counts up from 0, one for each that succeeded. */
  readonly part: number;
  readonly endedAt?: number;
  readonly result?: VerificationResult;
}

function toVerification(row: Record<string, unknown>): Verification {
  return {
    holderId: row["holder_id"] as string,
    dueAt: row["due_at"] as number,
    part: row["part"] as number,
    ...(row["ended_at"] === null ? {} : { endedAt: row["ended_at"] as number }),
    ...(row["result"] === null ? {} : { result: JSON.parse(row["result"] as string) as VerificationResult }),
  };
}

export function listVerifications(store: Store): Verification[] {
  return store.prepare("SELECT * FROM verifications ORDER BY key").all().map(toVerification);
}

function find(store: Store, holderId: string): Verification | undefined {
  const row = store.prepare("SELECT * FROM verifications WHERE key = ?").get(idKey(holderId));
  return row && toVerification(row);
}

/** Takes one up that is due, for no other process until `until`. Returns its part, or `undefined` if it is not due. */
export function takeVerification(
  store: Store,
  holderId: string,
  { now, until }: { readonly now: number; readonly until: number },
): number | undefined {
  return store.transaction(() => {
    const known = find(store, holderId);
    if (known !== undefined && known.dueAt > now) return undefined;
    store
      .prepare(
        `INSERT INTO verifications (key, holder_id, due_at, part) VALUES (?, ?, ?, 0)
         ON CONFLICT DO UPDATE SET due_at = excluded.due_at`,
      )
      .run(idKey(holderId), holderId, until);
    return known?.part ?? 0;
  });
}

/** Notes what came of one, and when and with which part the next is. */
export function endVerification(
  store: Store,
  { holderId, dueAt, part, endedAt, result }: Verification,
): void {
  store
    .prepare(
      `UPDATE verifications SET due_at = ?, part = ?, ended_at = coalesce(?, ended_at), result = coalesce(?, result)
       WHERE key = ?`,
    )
    .run(dueAt, part, endedAt ?? null, result === undefined ? null : JSON.stringify(result), idKey(holderId));
}

/** Forgets those of holders that are no more. */
export function keepVerifications(store: Store, holderIds: readonly string[]): void {
  const kept = new Set(holderIds.map(idKey));
  for (const { holderId } of listVerifications(store)) {
    if (kept.has(idKey(holderId))) continue;
    store.prepare("DELETE FROM verifications WHERE key = ?").run(idKey(holderId));
  }
}
