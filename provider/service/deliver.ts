/** Sends what is queued, and tries again what did not arrive. */
import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "./metrics.ts";
import { stoppedAfterLimit } from "../within-limit.ts";
import { type Channel, ChannelError } from "./notify/channel.ts";

const second = 1000;
const minute = 60 * second;
/** Pauses between tries, in milliseconds; the last one goes on. */
const pauses = [10 * second, 30 * second, minute, 5 * minute, 15 * minute];
/** After a day it is no news. */
const giveUpMilliseconds = 24 * 60 * minute;
const sendMilliseconds = 30 * second;
const atOnce = 20;
/** How often the queue is looked at; other processes may add to it. */
const lookMilliseconds = 2 * second;

export interface DeliveryParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly channels: readonly Channel[];
}

type Queued = ReturnType<Engine["notifications"]["take"]>[number];

/** Resolves when the signal is aborted and the sending that ran has ended. */
export async function deliverUntil(parts: DeliveryParts, signal: AbortSignal): Promise<void> {
  const { engine, clock } = parts;
  while (!signal.aborted) {
    await Promise.all(engine.notifications.take(atOnce).map((queued) => deliver(parts, queued, signal)));
    await clock.sleep(lookMilliseconds, signal).catch(() => undefined);
  }
}

async function deliver(parts: DeliveryParts, queued: Queued, signal: AbortSignal): Promise<void> {
  const { engine, clock, log, metrics } = parts;
  const { sequence, channel: name, notification, attempts } = queued;
  const facts = { channel: name, notification: notification.id, reason: notification.reason, attempts };
  const channel = parts.channels.find((one) => one.name === name);
  if (channel === undefined) {
    engine.notifications.ended(sequence, `there is no channel ${name} any more`);
    return;
  }
  try {
    await sendInTime(parts, channel, notification, signal);
    engine.notifications.ended(sequence);
    metrics.notified(name, "delivered");
    log.info(facts, "notification sent");
  } catch (error) {
    const why = messageOf(error);
    const now = clock.now();
    // Not its fault: it is sent by the next service.
    if (signal.aborted) return engine.notifications.retry(sequence, now, why);
    const isOld = now - notification.at >= giveUpMilliseconds;
    metrics.notified(name, isOld ? "given_up" : "failed");
    log.warn({ ...facts, error: why }, isOld ? "notification given up" : "notification not sent");
    if (isOld) return engine.notifications.ended(sequence, why);
    const pause = pauses[Math.min(attempts, pauses.length) - 1]!;
    const asked = error instanceof ChannelError ? (error.retryAfter ?? 0) : 0;
    engine.notifications.retry(sequence, now + Math.min(Math.max(pause, asked), giveUpMilliseconds), why);
  }
}

/** Sends one now. Rejects with a `ChannelError` after half a minute. */
export async function sendInTime(
  { clock }: Pick<DeliveryParts, "clock">,
  channel: Channel,
  notification: Queued["notification"],
  signal: AbortSignal,
): Promise<void> {
  await stoppedAfterLimit(
    (until) => channel.send(notification, until),
    { clock, timeoutMs: sendMilliseconds, signal },
    () => new ChannelError(`it took longer than ${sendMilliseconds / second} s`),
  );
}
