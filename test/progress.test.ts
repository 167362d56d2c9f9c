import { describe, expect, test } from "vitest";
import { VirtualClock } from "../provider/clock.ts";
import { ThinnedProgress } from "../provider/progress.ts";

/** Reports every per cent of a disk, each taking so long, and gives back the lines that were shown. */
function reportDisk(millisecondsPerCent: number, disk = "os"): string[] {
  const clock = new VirtualClock();
  const shown: string[] = [];
  const progress = new ThinnedProgress(clock, (line) => shown.push(String(line)));
  for (let percent = 0; percent <= 100; percent++) {
    const copied = { what: `disk ${disk}`, bytesDone: percent, bytesTotal: 100 };
    progress.report(`disk ${disk}: ${percent} %`, { copied });
    clock.advance(millisecondsPerCent);
  }
  return shown;
}

function percentages(lines: readonly string[]): number[] {
  return lines.map((line) => Number(/(\d+) %/.exec(line)![1]));
}

describe("ThinnedProgress", () => {
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
    const progress = new ThinnedProgress(clock, (line) => shown.push(String(line)));
    for (let second = 0; second < 60; second++) {
      progress.report("disk os: 41 %", { copied: { what: "os", bytesDone: 41, bytesTotal: 100 } });
      clock.advance(1_000);
    }
    expect(shown).toHaveLength(4);
  });

  test("copies are thinned each for itself, and lines of a new step all pass", () => {
    const shown: string[] = [];
    const progress = new ThinnedProgress(new VirtualClock(), (line) => shown.push(line));
    const at = (subject: string, what: string, bytesDone: number): void =>
      progress.report(`${subject} ${what} ${bytesDone}`, {
        subject,
        copied: { what, bytesDone, bytesTotal: 100 },
      });
    at("web1", "os", 0);
    at("web1", "data", 0);
    at("db1", "os", 0);
    progress.report("start db1 at 40 %");
    progress.report("start db1 at 40 %");
    at("web1", "os", 1);
    expect(shown).toEqual(["web1 os 0", "web1 data 0", "db1 os 0", "start db1 at 40 %", "start db1 at 40 %"]);
  });
});
