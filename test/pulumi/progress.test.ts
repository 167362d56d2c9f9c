import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../provider/clock.ts";
import { Progress } from "../../provider/pulumi/progress.ts";

/** Reports every per cent of a disk, each taking so long, and gives back the lines that were shown. */
function reportDisk(millisecondsPerCent: number, disk = "os"): string[] {
  const clock = new VirtualClock();
  const shown: string[] = [];
  const progress = new Progress(clock, (line) => shown.push(String(line)));
  for (let percent = 0; percent <= 100; percent++) {
    progress.report(`disk ${disk}: ${percent} % of 1.0 GiB`);
    clock.advance(millisecondsPerCent);
  }
  return shown;
}

function percentages(lines: readonly string[]): number[] {
  return lines.map((line) => Number(/(\d+) %/.exec(line)![1]));
}

describe("Progress", () => {
  test("at an ordinary pace one line for ten per cent passes", () => {
    expect(percentages(reportDisk(500))).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  });

  test("when it goes fast, one line a second and the last one pass", () => {
    expect(percentages(reportDisk(20))).toEqual([0, 50, 100]);
    expect(percentages(reportDisk(1))).toEqual([0, 100]);
  });

  test("when it goes slowly, a line in fifteen seconds passes", () => {
    const shown = percentages(reportDisk(5_000));
    expect(shown.slice(0, 6)).toEqual([0, 3, 6, 9, 10, 13]);
    expect(shown.at(-1)).toBe(100);
  });

  test("a disk that stands at one per cent still shows that something is there", () => {
    const clock = new VirtualClock();
    const shown: string[] = [];
    const progress = new Progress(clock, (line) => shown.push(String(line)));
    for (let second = 0; second < 60; second++) {
      progress.report("disk os: 41 % of 64 GiB");
      clock.advance(1_000);
    }
    expect(shown).toHaveLength(4);
  });

  test("disks are counted each for itself, and lines of a new step all pass", () => {
    const shown: string[] = [];
    const progress = new Progress(new VirtualClock(), (line) => shown.push(String(line)));
    const lines = [
      "disk os: 0 % of 1 GiB",
      "disk data: 0 % of 1 GiB",
      "taking a recovery point",
      "starting web-01",
    ];
    for (const line of [...lines, "disk os: 1 % of 1 GiB"]) progress.report(line);
    expect(shown).toEqual(lines);
  });
});
