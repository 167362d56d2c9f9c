import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../provider/clock.ts";
import { BandwidthLimit } from "../../../provider/engine/process-server/bandwidth-limit.ts";
import type { Bandwidth } from "../../../provider/kinds/process-server.ts";

const never = new AbortController().signal;
const mebibyte = 1_048_576;
const office: Bandwidth = {
  limitKilobitsPerSecond: 8000,
  workHours: { days: ["Thursday"], from: "08:00", to: "18:00", timeZone: "Europe/London" },
  workHoursLimitKilobitsPerSecond: 1000,
};

/** Milliseconds that bytes take from a moment on. */
async function timeFor(bytes: number, bandwidth: Bandwidth | undefined, from: string): Promise<number> {
  const clock = new VirtualClock(Date.parse(from));
  const limit = new BandwidthLimit(clock, () => bandwidth);
  await limit.pass(bytes, never);
  return clock.now() - Date.parse(from);
}

describe("[C-2] bandwidth", () => {
  it.each([512, 8000, 1_000_000])(
    "of %i kilobits a second: bytes take their time, not less",
    async (limit) => {
      const bytes = 10 * mebibyte + 3;
      const exact = (bytes * 8) / limit;
      const took = await timeFor(bytes, { limitKilobitsPerSecond: limit }, "2026-01-01T00:00:00Z");
      expect(took).toBeGreaterThanOrEqual(exact);
      expect(took).toBeLessThan(exact + 1);
    },
  );

  it("without a limit takes no time", async () => {
    expect(await timeFor(100 * mebibyte, undefined, "2026-01-01T00:00:00Z")).toBe(0);
  });

  it("changes at the minute at which the work hours begin and end", async () => {
    // 2026-01-01 is a Thursday, and London is at UTC then. A minute before 08:00 lets 60,000 bytes * 1000 through.
    const minute = 60_000;
    const slow = 90_000_000 - 60_000_000;
    expect(await timeFor(60_000_000, office, "2026-01-01T07:59:00Z")).toBe(minute);
    expect(await timeFor(90_000_000, office, "2026-01-01T07:59:00Z")).toBe(minute + slow / 125);
    expect(await timeFor(7_500_000 + 1_000_000, office, "2026-01-01T17:59:00Z")).toBe(minute + 1000);
    expect(await timeFor(1_000_000, office, "2026-01-02T12:00:00Z")).toBe(1000);
  });

  it("is shared by those who send at once, piece by piece", async () => {
    const clock = new VirtualClock();
    const begin = clock.now();
    const limit = new BandwidthLimit(clock, () => ({ limitKilobitsPerSecond: 8000 }));
    const ended: [string, number][] = [];
    const send = async (name: string, bytes: number): Promise<void> => {
      await limit.pass(bytes, never);
      ended.push([name, clock.now() - begin]);
    };
    await Promise.all([send("long", 8 * mebibyte), send("short", mebibyte)]);
    expect(ended.map(([name]) => name)).toEqual(["short", "long"]);
    expect(ended[0]![1]).toBeLessThanOrEqual(Math.ceil((3 * mebibyte) / 1000));
    expect(ended[1]![1]).toBe(Math.ceil((9 * mebibyte) / 1000));
  });

  it("saves up no burst while nothing is sent, and follows a change of the settings", async () => {
    const clock = new VirtualClock();
    let settings: Bandwidth | undefined = { limitKilobitsPerSecond: 8000 };
    const limit = new BandwidthLimit(clock, () => settings);
    clock.advance(3_600_000);
    const begin = clock.now();
    await limit.pass(1_000_000, never);
    expect(clock.now() - begin).toBe(900);
    settings = { limitKilobitsPerSecond: 512 };
    await limit.pass(64_000, never);
    expect(clock.now() - begin).toBe(1900);
    settings = undefined;
    await limit.pass(mebibyte, never);
    expect(clock.now() - begin).toBe(1900);
  });

  it("ends a wait when the work is given up", async () => {
    const abort = new AbortController();
    const limit = new BandwidthLimit(new VirtualClock(), () => ({ limitKilobitsPerSecond: 512 }));
    abort.abort(new Error("given up"));
    await expect(limit.pass(5, abort.signal)).rejects.toThrow("given up");
    await limit.pass(5, never);
  });
});
