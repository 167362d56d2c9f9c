/** Table `protected_items`: the state of each protected item. The words of `state` are in engine/protected-item. */
import type { SQLOutputValue } from "node:sqlite";
import { idKey } from "../arm-id.ts";
import { requireLease, roomForItem } from "./leases.ts";
import type { Store } from "./open-store.ts";

type Row = Record<string, SQLOutputValue>;

export interface ItemRow<State extends string, Details> {
  readonly id: string;
  readonly state: State;
  readonly activeLocation: "primary" | "recovery";
  readonly testFailoverState: string;
  readonly details: Details;
}

const select = "SELECT i.*, t.id FROM protected_items i JOIN things t USING (key)";

function toItem<State extends string, Details>(row: Row): ItemRow<State, Details> {
  return {
    id: row["id"] as string,
    state: row["state"] as State,
    activeLocation: row["active_location"] as "primary" | "recovery",
    testFailoverState: row["test_failover_state"] as string,
    details: JSON.parse(row["details"] as string) as Details,
  };
}

/** The item as it is now. Under its lease it is read once: no other process may write it. */
export function findItem<State extends string, Details>(
  store: Store,
  id: string,
): ItemRow<State, Details> | undefined {
  const room = roomForItem(store, id);
  if (room?.item !== undefined) return room.item as ItemRow<State, Details>;
  const row = store.prepare(`${select} WHERE key = ?`).get(idKey(id));
  const item = row && toItem<State, Details>(row);
  if (room) room.item = item;
  return item;
}

export function listItems<State extends string, Details>(store: Store): ItemRow<State, Details>[] {
  return store
    .prepare(`${select} ORDER BY key`)
    .all()
    .map((row) => toItem<State, Details>(row));
}

/** Writes an item, making it if it is not there. Throws `LeaseLost`; without its lease it is a `Bug`. */
export function putItem<State extends string, Details>(store: Store, item: ItemRow<State, Details>): void {
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
    const known = room?.item as ItemRow<State, Details> | undefined;
    if (!room || !known) return;
    // As it is read: with the id as it was declared, and not the object that the caller keeps.
    room.item = { ...item, id: known.id, details: JSON.parse(details) as Details };
    store.ifUndone(() => (room.item = undefined));
  });
}
