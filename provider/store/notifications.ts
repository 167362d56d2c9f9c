/**
 * Tables `notifications` and `notified`: what is to be sent to people, a row for each channel, and how far they were told.
 * What is written here is sent at least once, whatever happens to the process.
 */
import type { Notification } from "../model/notification.ts";
import type { Store } from "./open-store.ts";

export interface QueuedNotification {
  readonly sequence: number;
  /** The name of the channel that it goes through. */
  readonly channel: string;
  readonly notification: Notification;
  /** How often it was tried. */
  readonly attempts: number;
  /** When it is tried next, in milliseconds since 1970. */
  readonly dueAt: number;
  /** `undefined` until it has arrived, or was given up. */
  readonly endedAt: number | undefined;
  /** Why the last try failed. */
  readonly error: string | undefined;
}

/** As many that have ended are kept. */
const endedKept = 1000;

function toQueued(row: Record<string, unknown>): QueuedNotification {
  return {
    sequence: row["sequence"] as number,
    channel: row["channel"] as string,
    notification: JSON.parse(row["notification"] as string) as Notification,
    attempts: row["attempts"] as number,
    dueAt: row["due_at"] as number,
    endedAt: (row["ended_at"] as number | null) ?? undefined,
    error: (row["error"] as string | null) ?? undefined,
  };
}

export function addNotification(
  store: Store,
  { channel, notification, dueAt }: Pick<QueuedNotification, "channel" | "notification" | "dueAt">,
): void {
  store
    .prepare("INSERT INTO notifications (channel, notification, attempts, due_at) VALUES (?, ?, 0, ?)")
    .run(channel, JSON.stringify(notification), dueAt);
}

/** Those that have not ended, the longest due first. */
export function listQueued(store: Store, limit: number): QueuedNotification[] {
  return store
    .prepare("SELECT * FROM notifications WHERE ended_at IS NULL ORDER BY due_at, sequence LIMIT ?")
    .all(limit)
    .map(toQueued);
}

/** The newest of all, newest first. */
export function listNotifications(store: Store, limit: number): QueuedNotification[] {
  return store.prepare("SELECT * FROM notifications ORDER BY sequence DESC LIMIT ?").all(limit).map(toQueued);
}

/**
 * Takes one that is due, for this process alone until `until`; false if another process has taken it, or it has ended. One
 * whose process dies is due again then.
 */
export function takeNotification(
  store: Store,
  sequence: number,
  { now, until }: { now: number; until: number },
): boolean {
  const { changes } = store
    .prepare(
      `UPDATE notifications SET due_at = ?1, attempts = attempts + 1
       WHERE sequence = ?2 AND due_at <= ?3 AND ended_at IS NULL`,
    )
    .run(until, sequence, now);
  return Number(changes) === 1;
}

/** It has arrived, or is given up with the error. */
export function endNotification(store: Store, sequence: number, at: number, error?: string): void {
  store
    .prepare("UPDATE notifications SET ended_at = ?, error = ? WHERE sequence = ?")
    .run(at, error ?? null, sequence);
  store
    .prepare(
      `DELETE FROM notifications WHERE ended_at IS NOT NULL AND sequence <=
         (SELECT max(sequence) FROM notifications) - ?`,
    )
    .run(endedKept);
}

export function retryNotification(store: Store, sequence: number, dueAt: number, error: string): void {
  store
    .prepare("UPDATE notifications SET due_at = ?, error = ? WHERE sequence = ?")
    .run(dueAt, error, sequence);
}

/** How far people were told of something: the sequence of an event, or the time of a summary. */
export function notifiedUntil(store: Store, subject: "events" | "summary"): number | undefined {
  const row = store.prepare("SELECT until FROM notified WHERE subject = ?").get(subject);
  return row?.["until"] as number | undefined;
}

export function putNotifiedUntil(store: Store, subject: "events" | "summary", until: number): void {
  store
    .prepare(
      "INSERT INTO notified (subject, until) VALUES (?, ?) ON CONFLICT DO UPDATE SET until = excluded.until",
    )
    .run(subject, until);
}
