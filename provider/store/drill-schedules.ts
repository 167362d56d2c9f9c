/** Table `drill_schedules`: when each drill that has a schedule is due, its run under way and its last run. */
import { idKey } from "../arm-id.ts";
import type { Store } from "./open-store.ts";

export interface DrillScheduleRow<State> {
  /** The drill's ARM id. */
  readonly id: string;
  /** When the next run, or the next step of the run under way, is due: milliseconds since 1970. */
  readonly dueAt: number;
  readonly state: State;
}

interface Row {
  id: string;
  due_at: number;
  state: string;
}

const select = "SELECT t.id, d.due_at, d.state FROM drill_schedules d JOIN things t USING (key)";

function toSchedule<State>(row: Row): DrillScheduleRow<State> {
  return { id: row.id, dueAt: row.due_at, state: JSON.parse(row.state) as State };
}

export function findDrillSchedule<State>(store: Store, id: string): DrillScheduleRow<State> | undefined {
  const row = store.prepare(`${select} WHERE d.key = ?`).get(idKey(id));
  return row && toSchedule<State>(row as unknown as Row);
}

/** All of them, the longest due first. */
export function listDrillSchedules<State>(store: Store): DrillScheduleRow<State>[] {
  const rows = store.prepare(`${select} ORDER BY d.due_at, d.key`).all();
  return rows.map((row) => toSchedule<State>(row as unknown as Row));
}

/** Ids of drills whose settings have a schedule that is in no row yet, as after a home was rebuilt. */
export function drillsWithoutSchedule(store: Store): string[] {
  const rows = store
    .prepare(
      `SELECT id FROM things WHERE kind = 'drill' AND json_extract(inputs, '$.schedule') IS NOT NULL
       AND key NOT IN (SELECT key FROM drill_schedules)`,
    )
    .all() as { id: string }[];
  return rows.map(({ id }) => id);
}

/** Writes a row, making it if it is not there. The drill's settings must be there. */
export function putDrillSchedule<State>(store: Store, { id, dueAt, state }: DrillScheduleRow<State>): void {
  store
    .prepare(
      `INSERT INTO drill_schedules (key, due_at, state) VALUES (?1, ?2, ?3)
       ON CONFLICT (key) DO UPDATE SET due_at = ?2, state = ?3`,
    )
    .run(idKey(id), Math.ceil(dueAt), JSON.stringify(state));
}

export function deleteDrillSchedule(store: Store, id: string): void {
  store.prepare("DELETE FROM drill_schedules WHERE key = ?").run(idKey(id));
}
