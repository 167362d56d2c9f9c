import { describe, expect, it } from "vitest";
import { CopyRate } from "../../provider/cli/copy-rate.ts";

const MiB = 1024 * 1024;
const bytesTotal = 1000 * MiB;

/** A copy that reports ten times a second: so many MiB/s in each second of it. */
function copyOf(rates: readonly number[], mebibytesBefore = 0): { rate: CopyRate; now: number } {
  let [bytesDone, now] = [mebibytesBefore * MiB, 5_000];
  const rate = new CopyRate({ what: "disk os", bytesDone, bytesTotal }, now);
  for (const mebibytes of rates)
    for (let tenth = 0; tenth < 10; tenth += 1) {
      bytesDone += (mebibytes * MiB) / 10;
      now += 100;
      rate.report({ what: "disk os", bytesDone, bytesTotal }, now);
    }
  return { rate, now };
}

const seconds = (count: number, rate: number): number[] => Array.from({ length: count }, () => rate);

describe("the rate of a copy", () => {
  it("is the rate since its start in the first ten seconds, without what it had before", () => {
    const { rate, now } = copyOf([10, 30], 500);
    expect(rate.bytesPerSecond(now)).toBeCloseTo(20 * MiB);
    expect(rate.secondsLeft(now)).toBeCloseTo(460 / 20);
  });

  it("is that of the last ten seconds later, however fast the copy was before", () => {
    const { rate, now } = copyOf([...seconds(8, 100), ...seconds(10, 2)]);
    expect(rate.bytesPerSecond(now)).toBeCloseTo(2 * MiB);
    expect(rate.secondsLeft(now)).toBeCloseTo((1000 - 820) / 2);
    const faster = copyOf([...seconds(20, 1), ...seconds(5, 21)]);
    expect(faster.rate.bytesPerSecond(faster.now)).toBeCloseTo(11 * MiB);
  });

  it("falls while no report comes, and is none when nothing moved for ten seconds", () => {
    const { rate, now } = copyOf(seconds(10, 10));
    expect(rate.bytesPerSecond(now + 5_000)).toBeCloseTo(5 * MiB);
    expect(rate.bytesPerSecond(now + 10_000)).toBeUndefined();
    expect(rate.secondsLeft(now + 10_000)).toBeUndefined();
    rate.report({ what: "disk os", bytesDone: 120 * MiB, bytesTotal }, now + 11_000);
    expect(rate.bytesPerSecond(now + 11_000)).toBeCloseTo((20 / 11) * MiB);
  });

  it("is none in the first second, nor for a copy that begins again", () => {
    const { rate, now } = copyOf([]);
    rate.report({ what: "disk os", bytesDone: 50 * MiB, bytesTotal }, now + 900);
    expect(rate.bytesPerSecond(now + 999)).toBeUndefined();
    expect(rate.bytesPerSecond(now + 1_000)).toBeCloseTo(50 * MiB);
    rate.report({ what: "disk os", bytesDone: 0, bytesTotal }, now + 2_000);
    expect(rate.bytesPerSecond(now + 2_000)).toBeUndefined();
  });

  it("counts bytes of a report that came too soon for a sample of its own", () => {
    const { rate, now } = copyOf(seconds(1, 10));
    rate.report({ what: "disk os", bytesDone: 12 * MiB, bytesTotal }, now + 10);
    expect(rate.copied.bytesDone).toBe(12 * MiB);
    expect(rate.bytesPerSecond(now + 1_000)).toBeCloseTo(6 * MiB);
  });
});
