import { describe, expect, it } from "vitest";
import { runSchedule } from "../../../provider/engine/replication-cycle/run-schedule.ts";
import { TurningClock } from "../../turning-clock.ts";

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
      items: () => ["a", "b", "c", "d", "e"].map((id) => ({ id, dueAt: done.has(id) ? undefined : 0 })),
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
      items: () => ["a", "b"].map((id) => ({ id, dueAt: 0 })),
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
      items: () => [{ id: "a", dueAt: 0 }],
      run: async () => {
        if (times.push(clock.now()) === 3) stop.abort();
        return false;
      },
    });
    expect(times).toEqual([0, 60_000, 120_000]);
  });

  it("ends with what a cycle threw", async () => {
    const ended = runSchedule({
      clock: new TurningClock(0),
      limit: 1,
      signal: new AbortController().signal,
      items: () => [{ id: "a", dueAt: 0 }],
      run: () => Promise.reject(new Error("a bug")),
    });
    await expect(ended).rejects.toThrow("a bug");
  });
});
