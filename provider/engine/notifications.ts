/**
 * What people are told of: alerts that begin and end, moves and drills. Written down in the transaction that finds it, a
 * row for each channel, so that each is sent although the process dies, and none is found twice by two services.
 */
import { idKey, nameOf } from "../arm-id.ts";
import type { Notification, NotificationReason } from "../model/notification.ts";
import { randomUuid } from "../random.ts";
import { type EventRow, listEvents } from "../store/events.ts";
import { deleteKnownAlert, type KnownAlert, listKnownAlerts, putKnownAlert } from "../store/known-alerts.ts";
import {
  addNotification,
  endNotification,
  listNotifications,
  listQueued,
  notifiedUntil,
  putNotifiedUntil,
  type QueuedNotification,
  retryNotification,
  takeNotification,
} from "../store/notifications.ts";
import type { Alert } from "./alerts.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { Scenario } from "./job/job-definition.ts";

/** The channels that a notification goes through, and the earliest time for each. */
export type Routing = (
  notification: Notification,
) => readonly { readonly channel: string; readonly dueAt: number }[];

/** How long a try may take before another process may try too, in milliseconds. */
const tryMilliseconds = 120_000;
const eventsMax = 1000;
const queueMax = 1000;

const moves: ReadonlySet<string> = new Set<Scenario>([
  "PlannedFailover",
  "UnplannedFailover",
  "Failback",
  "PlannedFailoverToPrimary",
  "UnplannedFailoverToPrimary",
  "CancelFailover",
  "Migrate",
]);

/** Why people are told of an event; `undefined` for all that is an alert already, or routine. */
function reasonOf({ type, code }: EventRow): NotificationReason | undefined {
  if (type === "JobStatus") {
    if (moves.has(code)) return "MoveEnded";
    return code === ("TestFailover" satisfies Scenario) ? "DrillEnded" : undefined;
  }
  return /^Drill(Succeeded|Failed|Skipped)$/.test(code) ? "DrillEnded" : undefined;
}

/** One alert for each word of a target. */
function byTargetAndCode(alerts: readonly Alert[]): Map<string, Alert> {
  const found = new Map<string, Alert>();
  for (const alert of alerts) {
    const key = keyOf(alert);
    const before = found.get(key);
    if (before === undefined) found.set(key, alert);
    else {
      const severity = before.severity === "Critical" ? "Critical" : alert.severity;
      found.set(key, { ...before, severity, text: `${before.text}; ${alert.text}` });
    }
  }
  return found;
}

function keyOf({ targetId, code }: Pick<Alert, "targetId" | "code">): string {
  return `${idKey(targetId)} ${code}`;
}

export class Notifications {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Alerts as they were told. */
  known(): KnownAlert[] {
    return listKnownAlerts(this.#parts.store);
  }

  /** Tells of alerts that are new or have become critical, and of those that are over. */
  noteAlerts(alerts: readonly Alert[], routing: Routing): void {
    const { store } = this.#parts;
    const now = this.#parts.clock.now();
    const today = byTargetAndCode(alerts);
    store.transaction(() => {
      const before = new Map(listKnownAlerts(store).map((alert) => [keyOf(alert), alert]));
      for (const [key, alert] of today) {
        const known = before.get(key);
        const isNew = known === undefined || (known.severity === "Warning" && alert.severity === "Critical");
        if (isNew || known.text !== alert.text)
          putKnownAlert(store, { ...alert, raisedAt: known?.raisedAt ?? now });
        if (isNew) this.#add(this.#raised(alert), routing);
      }
      for (const [key, alert] of before) {
        if (today.has(key)) continue;
        deleteKnownAlert(store, alert);
        const untold = this.#withdraw(alert);
        const isTold: Routing = (notification) =>
          routing(notification).filter(({ channel }) => !untold.has(channel));
        this.#add(this.#cleared(alert), isTold);
      }
    });
  }

  /** Tells of moves and drills since the last time. The first time it tells of none. */
  noteEvents(routing: Routing): void {
    const { store } = this.#parts;
    store.transaction(() => {
      const until = notifiedUntil(store, "events");
      const events = listEvents(store, { limit: eventsMax });
      const newest = events.at(-1)?.sequence ?? 0;
      if (until === newest) return;
      putNotifiedUntil(store, "events", newest);
      if (until === undefined) return;
      for (const event of events.filter(({ sequence }) => sequence > until)) {
        const reason = reasonOf(event);
        if (reason === undefined) continue;
        const { targetId, code, severity, at, description } = event;
        const subject = `${nameOf(targetId)}: ${code} ${severity === "OK" ? "succeeded" : "did not succeed"}`;
        this.#add({ reason, severity, at, targetId, code, subject, text: description }, routing);
      }
    });
  }

  /** Tells a summary, unless one was told since `after`. */
  noteSummary(
    { after, ...summary }: Pick<Notification, "severity" | "subject" | "text"> & { readonly after: number },
    routing: Routing,
  ): void {
    const { store, clock } = this.#parts;
    store.transaction(() => {
      if ((notifiedUntil(store, "summary") ?? 0) >= after) return;
      putNotifiedUntil(store, "summary", clock.now());
      this.#add({ ...summary, reason: "DailySummary", at: clock.now() }, routing);
    });
  }

  /** Queues one of any reason. */
  add(notification: Omit<Notification, "id">, routing: Routing): void {
    this.#parts.store.transaction(() => this.#add(notification, routing));
  }

  /** Those that are due, for this process alone until `ended` or `retry` is called, or two minutes are over. */
  take(limit: number): QueuedNotification[] {
    const { store, clock } = this.#parts;
    const now = clock.now();
    const due = listQueued(store, limit).filter(({ dueAt }) => dueAt <= now);
    if (due.length === 0) return [];
    const until = now + tryMilliseconds;
    return store.transaction(() =>
      due.flatMap((row) =>
        takeNotification(store, row.sequence, { now, until }) ? [{ ...row, attempts: row.attempts + 1 }] : [],
      ),
    );
  }

  /** It has arrived, or is given up because of the error. */
  ended(sequence: number, error?: string): void {
    const { store, clock } = this.#parts;
    store.transaction(() => endNotification(store, sequence, clock.now(), error));
  }

  retry(sequence: number, dueAt: number, error: string): void {
    const { store } = this.#parts;
    store.transaction(() => retryNotification(store, sequence, dueAt, error));
  }

  /** The newest first. */
  list(limit: number): QueuedNotification[] {
    return listNotifications(this.#parts.store, limit);
  }

  #raised({ targetId, code, severity, text }: Alert): Omit<Notification, "id"> {
    const name = nameOf(targetId);
    const subject = `${severity}: ${name}: ${code}`;
    const at = this.#parts.clock.now();
    return { reason: "AlertRaised", severity, at, targetId, code, subject, text: `${name}: ${text}` };
  }

  #cleared({ targetId, code, severity, text }: Alert): Omit<Notification, "id"> {
    const name = nameOf(targetId);
    return {
      reason: "AlertCleared",
      severity: "OK",
      alertSeverity: severity,
      at: this.#parts.clock.now(),
      targetId,
      code,
      subject: `Over: ${name}: ${code}`,
      text: `${name}: this is over: ${text}`,
    };
  }

  #add(notification: Omit<Notification, "id">, routing: Routing): void {
    const { store, random } = this.#parts;
    const whole: Notification = { id: randomUuid(random), ...notification };
    for (const { channel, dueAt } of routing(whole))
      addNotification(store, { channel, notification: whole, dueAt });
  }

  /** Takes back an alert that is over before it was sent. Returns the channels that will not hear of it. */
  #withdraw(alert: Pick<KnownAlert, "targetId" | "code">): Set<string> {
    const { store, clock } = this.#parts;
    const untold = new Set<string>();
    for (const { sequence, channel, attempts, notification } of listQueued(store, queueMax)) {
      const { reason, targetId, code } = notification;
      if (reason !== "AlertRaised" || attempts > 0 || targetId === undefined || code === undefined) continue;
      if (keyOf({ targetId, code }) !== keyOf(alert)) continue;
      endNotification(store, sequence, clock.now(), "it was over before it was sent");
      untold.add(channel);
    }
    return untold;
  }
}
