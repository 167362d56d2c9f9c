/**
 * Table `events`: what happened, for people and programs. Written in the transaction of the event. The
 * history is bounded: the oldest go.
 */
import { whoActs } from "../actor.ts";
import { idKey } from "../arm-id.ts";
import type { Store } from "./open-store.ts";

/** Azure's severities, as far as they are used here. */
export type EventSeverity = "OK" | "Warning" | "Critical";
/** Azure's types of events: of a job, and of a machine's health. */
export type EventType = "JobStatus" | "VmHealth";

export interface NewEvent {
  readonly type: EventType;
  /** What happened, as a word: a job's scenario, or such as `ReplicationFailed`. */
  readonly code: string;
  readonly severity: EventSeverity;
  /** A sentence for people. */
  readonly description: string;
  readonly targetId: string;
  readonly jobId?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface EventRow extends NewEvent {
  /** Counts up; the order of events whatever the clock did. */
  readonly sequence: number;
  /** In whose work it happened; absent in rows of an earlier version. */
  readonly actor?: string;
}

/** As many events are kept, and none that is older. */
export const eventsKept = { count: 10_000, days: 90 } as const;
const millisecondsPerDay = 86_400_000;

export function addEvent(store: Store, event: NewEvent): void {
  const { type, code, severity, description, targetId, jobId, at } = event;
  const { lastInsertRowid } = store
    .prepare(
      `INSERT INTO events (type, code, severity, description, target_key, target_id, job_id, at, actor)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(type, code, severity, description, idKey(targetId), targetId, jobId ?? null, at, whoActs());
  store
    .prepare("DELETE FROM events WHERE sequence <= ? OR at < ?")
    .run(Number(lastInsertRowid) - eventsKept.count, at - eventsKept.days * millisecondsPerDay);
}

/** The newest ones, oldest first; of one thing, or since a moment, where that is wanted. */
export function listEvents(
  store: Store,
  filter: { targetId?: string; since?: number; limit: number },
): EventRow[] {
  const key = filter.targetId === undefined ? null : idKey(filter.targetId);
  const rows = store
    .prepare(
      `SELECT * FROM events WHERE (?1 IS NULL OR target_key = ?1) AND at >= ?2
       ORDER BY sequence DESC LIMIT ?3`,
    )
    .all(key, filter.since ?? 0, filter.limit);
  return rows.reverse().map((row) => ({
    sequence: row["sequence"] as number,
    type: row["type"] as EventType,
    code: row["code"] as string,
    severity: row["severity"] as EventSeverity,
    description: row["description"] as string,
    targetId: row["target_id"] as string,
    ...(row["job_id"] === null ? {} : { jobId: row["job_id"] as string }),
    at: row["at"] as number,
    ...(row["actor"] === null ? {} : { actor: row["actor"] as string }),
  }));
}
