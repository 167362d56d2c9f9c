import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runSchedule } from "../../../provider/engine/replication-cycle/run-schedule.ts";
import { TurningClock } from "../../turning-clock.ts";

afterEach(() => vi.restoreAllMocks());

describe("runSchedule", () => {
  it("runs no more items at once than the limit, and all of them", async () => {
    const stop = new AbortController();
    const done = new Set<string>();
    let running = 0;
    let most = 0;
    await runSchedule({
      clock: new TurningClock(0),
      limit: 2,
      signal: stop.signal,
      items: () =>
        Promise.resolve(["a", "b", "c", "d", "e"].map((id) => ({ id, dueAt: done.has(id) ? undefined : 0 }))),
      run: async (id) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        done.add(id);
        if (done.size === 5) stop.abort();
        return true;
      },
    });
    expect([...done].sort()).toEqual(["a", "b", "c", "d", "e"]);
    expect(most).toBe(2);
  });

  it("finishes the running cycle when it is stopped, and begins nothing new", async () => {
    const stop = new AbortController();
    const events: string[] = [];
    await runSchedule({
      clock: new TurningClock(0),
      limit: 1,
      signal: stop.signal,
      items: () => Promise.resolve(["a", "b"].map((id) => ({ id, dueAt: 0 }))),
      run: async (id) => {
        events.push(`${id} begins`);
        stop.abort();
        await new Promise((resolve) => setImmediate(resolve));
        events.push(`${id} ends`);
        return true;
      },
    });
    expect(events).toEqual(["a begins", "a ends"]);
  });

  it("pauses an item whose cycle changed nothing, instead of spinning", async () => {
    const clock = new TurningClock(0);
    const stop = new AbortController();
    const times: number[] = [];
    await runSchedule({
      clock,
      limit: 1,
      signal: stop.signal,
      items: () => Promise.resolve([{ id: "a", dueAt: 0 }]),
      run: async () => {
        if (times.push(clock.now()) === 3) stop.abort();
        return false;
      },
    });
    expect(times).toEqual([0, 60_000, 120_000]);
  });

  it("leaves nothing at what outlives a turn, however many turns there are", async () => {
    const stop = new AbortController();
    const any = vi.spyOn(AbortSignal, "any");
    const race = vi.spyOn(Promise, "race");
    const listeners = new Set<number>();
    let turns = 0;
    let endLong = (): void => undefined;
    const long = new Promise<void>((resolve) => (endLong = resolve));
    await runSchedule({
      clock: new TurningClock(0),
      limit: 3,
      signal: stop.signal,
      items: () => {
        listeners.add(getEventListeners(stop.signal, "abort").length);
        turns += 1;
        if (turns === 5_000) {
          stop.abort();
          endLong();
        }
        // One that is copied all the time, and others that come and go; then a time without any.
        const others = turns % 7 === 0 ? [{ id: `other ${turns}`, dueAt: turns }] : [];
        return Promise.resolve([{ id: "long", dueAt: 0 }, ...others]);
      },
      run: async (id) => {
        await (id === "long" ? long : new Promise((resolve) => setImmediate(resolve)));
        return true;
      },
    });
    expect(turns).toBe(5_000);
    expect(listeners).toEqual(new Set([0]));
    expect(getEventListeners(stop.signal, "abort")).toEqual([]);
    // Both keep something for each call, for as long as the signal or the copy is there.
    expect(any).not.toHaveBeenCalled();
    expect(race).not.toHaveBeenCalled();
  });

  it("ends with what a cycle threw", async () => {
    const ended = runSchedule({
      clock: new TurningClock(0),
      limit: 1,
      signal: new AbortController().signal,
      items: () => Promise.resolve([{ id: "a", dueAt: 0 }]),
      run: () => Promise.reject(new Error("a bug")),
    });
    await expect(ended).rejects.toThrow("a bug");
  });
});
