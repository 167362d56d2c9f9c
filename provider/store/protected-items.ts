/** Table `protected_items`: the state of each protected item. */
import type { SQLOutputValue } from "node:sqlite";
import { idKey } from "../arm-id.ts";
import type { ProtectedItem } from "../model/item.ts";
import { requireLease, roomForItem } from "./leases.ts";
import type { Store } from "./open-store.ts";

type Row = Record<string, SQLOutputValue>;

const select = "SELECT i.*, t.id FROM protected_items i JOIN things t USING (key)";

function toItem(row: Row): ProtectedItem {
  return {
    id: row["id"] as string,
    state: row["state"] as ProtectedItem["state"],
    activeLocation: row["active_location"] as ProtectedItem["activeLocation"],
    testFailoverState: row["test_failover_state"] as ProtectedItem["testFailoverState"],
    details: JSON.parse(row["details"] as string) as ProtectedItem["details"],
  };
}

/** The item as it is now. Under its lease it is read once: no other process may write it. */
export function findItem(store: Store, id: string): ProtectedItem | undefined {
  const room = roomForItem(store, id);
  if (room?.item !== undefined) return room.item;
  const row = store.prepare(`${select} WHERE key = ?`).get(idKey(id));
  const item = row && toItem(row);
  if (room) room.item = item;
  return item;
}

export function listItems(store: Store): ProtectedItem[] {
  return store
    .prepare(`${select} ORDER BY key`)
    .all()
    .map((row) => toItem(row));
}

/** Writes an item, making it if it is not there. Throws `LeaseLost`; without its lease it is a `Bug`. */
export function putItem(store: Store, item: ProtectedItem): void {
  store.together(() => {
    requireLease(store, item.id);
    const details = JSON.stringify(item.details);
    store
      .prepare(
        `INSERT INTO protected_items (key, state, active_location, test_failover_state, details)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (key) DO UPDATE
         SET state = ?2, active_location = ?3, test_failover_state = ?4, details = ?5`,
      )
      .run(idKey(item.id), item.state, item.activeLocation, item.testFailoverState, details);
    const room = roomForItem(store, item.id);
    const known = room?.item;
    if (!room || !known) return;
    // As it is read: with the id as it was declared, and not the object that the caller keeps.
    room.item = { ...item, id: known.id, details: JSON.parse(details) as ProtectedItem["details"] };
    store.ifUndone(() => (room.item = undefined));
  });
}
