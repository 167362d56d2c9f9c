/**
 * The replication service: starts each item's cycle when it is due, several at once, until it is stopped. What is
 * due is asked in each turn, so items and policies may come, change and go meanwhile, also by other processes.
 */
import type { Clock } from "../../clock.ts";

/** No notification comes of a change in the store or of a machine, so the schedule looks again this often. */
export const lookAgainMilliseconds = 15_000;
/** Pause of an item whose cycle changed nothing: another process works on it. */
const pauseMilliseconds = 60_000;

export interface ScheduledItem {
  readonly id: string;
  /** Milliseconds since 1970, or `undefined` while there is nothing to wait for. */
  readonly dueAt: number | undefined;
}

export interface ScheduleOptions {
  readonly clock: Clock;
  /** Items that may run at once, at least 1. */
  readonly limit: number;
  /** All that are due or, where there are more, at least so many of the longest due; and the one that is due next. */
  items(atLeast: number): Promise<readonly ScheduledItem[]>;
  /**
   * Runs an item's cycle; false when that left the item as it was, so that it is not tried again at once. What it
   * throws ends the service, once the other cycles have ended.
   */
  run(id: string): Promise<boolean>;
  /** Stops the service: nothing new begins, and running cycles end in order. */
  readonly signal: AbortSignal;
}

/** Resolves when the signal has stopped the service and its last cycle has ended. */
export async function runSchedule(options: ScheduleOptions): Promise<void> {
  const { clock, signal } = options;
  const running = new Map<string, Promise<void>>();
  const pausedUntil = new Map<string, number>();
  const failures: unknown[] = [];
  let turn = new AbortController();
  const begin = (id: string): void => {
    const cycle = options
      .run(id)
      .then((hasMoved) => {
        if (hasMoved) pausedUntil.delete(id);
        else pausedUntil.set(id, clock.now() + pauseMilliseconds);
      })
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        running.delete(id);
        turn.abort();
      });
    running.set(id, cycle);
  };
  while (!signal.aborted && failures.length === 0) {
    turn = new AbortController();
    const now = clock.now();
    for (const [id, until] of pausedUntil) if (until <= now) pausedUntil.delete(id);
    // Those that run or are paused may be among the longest due.
    const items = await options.items(options.limit + pausedUntil.size);
    if (signal.aborted || failures.length > 0) break;
    const waiting = waitingItems(items, running, pausedUntil);
    const due = waiting.filter((item) => item.at <= now).slice(0, Math.max(0, options.limit - running.size));
    for (const { id } of due) begin(id);
    const isFull = running.size >= options.limit;
    const next = waiting.find((item) => item.at > now)?.at ?? Infinity;
    await endOf(turn, options, isFull ? undefined : next - now);
  }
  await Promise.all(running.values());
  if (failures.length > 0) throw failures[0];
}

/** What does not run, the longest due first. */
function waitingItems(
  items: readonly ScheduledItem[],
  running: ReadonlyMap<string, unknown>,
  pausedUntil: ReadonlyMap<string, number>,
): { id: string; at: number }[] {
  const waiting: { id: string; at: number }[] = [];
  for (const { id, dueAt } of items) {
    if (dueAt === undefined || running.has(id)) continue;
    waiting.push({ id, at: Math.max(dueAt, pausedUntil.get(id) ?? dueAt) });
  }
  return waiting.sort((left, right) => left.at - right.at);
}

/**
 * Resolves when `turn` is aborted, the next item is due, it is time to look again, or the service is stopped. Whatever
 * it has waited for, nothing of it is left at what lives longer than the turn.
 */
function endOf(
  turn: AbortController,
  options: ScheduleOptions,
  untilNext: number | undefined,
): Promise<void> {
  const { clock, signal } = options;
  return new Promise((resolve, reject) => {
    const end = (): void => turn.abort();
    // A cycle may have ended while this turn looked for what is due.
    if (turn.signal.aborted) return resolve();
    turn.signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) return end();
    signal.addEventListener("abort", end, { once: true, signal: turn.signal });
    if (untilNext === undefined) return;
    const failed = (error: unknown): void => {
      if (!turn.signal.aborted) reject(error as Error);
    };
    clock.sleep(Math.min(untilNext, lookAgainMilliseconds), turn.signal).then(end, failed);
  });
}
