/**
 * Table `due_times`: when each protected item is due for its next cycle, as it was last computed. Triggers of the
 * schema forget a time in the transaction that changes what it was computed from; so what is here holds.
 */
import { idKey } from "../arm-id.ts";
import type { Store } from "./open-store.ts";

/** A time that never comes, in milliseconds since 1970. */
const never = Number.MAX_SAFE_INTEGER;

export interface DueTime {
  /** The item's. */
  readonly id: string;
  /** Milliseconds since 1970, rounded up when it is kept; `Infinity` for an item that waits for a change. */
  readonly dueAt: number;
  /** It may also change with what other items do. */
  readonly isShared: boolean;
  /** Of the policy that it was computed from, whether that one is there or not. */
  readonly policyId: string;
}

/** A number that is another one once another process, or another connection of this one, has written. */
function versionOf(store: Store): number {
  return (store.prepare("PRAGMA data_version").get() as { data_version: number }).data_version;
}

/** Forgets all times: each is computed before it is next used. */
export function forgetDueTimes(store: Store): void {
  store.passing(() => store.prepare("UPDATE due_times SET due_at = NULL WHERE due_at IS NOT NULL").run());
}

/** Ids of items whose time is not known, or was computed at a time that has not come by the clock of now. */
export function itemsWithoutDueTime(store: Store, now: number): string[] {
  const rows = store
    .prepare(
      `SELECT t.id FROM due_times d JOIN things t USING (key) WHERE d.due_at IS NULL
       UNION ALL
       SELECT t.id FROM due_times d JOIN things t USING (key) WHERE d.noted_at > ? AND d.due_at IS NOT NULL`,
    )
    .all(now) as { id: string }[];
  return rows.map(({ id }) => id);
}

/** Ids of items whose time has come, the longest due first; a part of them at a time, as they are asked for. */
export function* dueItems(store: Store, now: number): Generator<string> {
  for (const { id } of inOrder(store, -never, Math.ceil(now))) yield id;
}

/** Items whose time is still to come, the next one first; a part of them at a time, as they are asked for. */
export function* comingItems(store: Store, now: number): Generator<{ id: string; dueAt: number }> {
  yield* inOrder(store, Math.floor(now) + 1, never - 1);
}

/** Items with a time from one to another, both counted in. */
function* inOrder(store: Store, from: number, to: number): Generator<{ id: string; dueAt: number }> {
  let last = { due_at: from, key: "" };
  for (;;) {
    const rows = store
      .prepare(
        `SELECT t.id, d.key, d.due_at FROM due_times d JOIN things t USING (key)
         WHERE d.due_at <= ? AND (d.due_at, d.key) > (?, ?) ORDER BY d.due_at, d.key LIMIT 64`,
      )
      .all(to, last.due_at, last.key) as { id: string; key: string; due_at: number }[];
    for (const row of rows) yield { id: row.id, dueAt: row.due_at };
    const end = rows.at(-1);
    if (!end) return;
    last = end;
  }
}

/**
 * Computes times and keeps them; returns false when it kept none, because another process has changed the store
 * meanwhile: they are computed again when they are next needed.
 */
export async function keepDueTimes(
  store: Store,
  now: number,
  compute: () => Promise<readonly DueTime[]>,
): Promise<boolean> {
  const version = versionOf(store);
  const times = await compute();
  if (times.length === 0) return true;
  return store.passing(() => {
    if (versionOf(store) !== version) return false;
    for (const { id, dueAt, isShared, policyId } of times) {
      store
        .prepare("UPDATE due_times SET due_at = ?, noted_at = ?, shared = ?, policy_key = ? WHERE key = ?")
        .run(
          Math.min(Math.ceil(dueAt), never),
          Math.floor(now),
          isShared ? 1 : 0,
          idKey(policyId),
          idKey(id),
        );
    }
    return true;
  });
}
