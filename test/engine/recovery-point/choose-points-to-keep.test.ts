import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choosePointsToKeep } from "../../../provider/engine/recovery-point/choose-points-to-keep.ts";
import { pointsToStay } from "../../../provider/engine/recovery-point/retain-points.ts";
import type { RecoveryPoint } from "../../../provider/replica/recovery-point.ts";
import type { RecoveryPointKind } from "../../../provider/model/item.ts";

const minute = 60_000;
const start = Date.UTC(2026, 0, 1);

function pointAt(
  minutes: number,
  sequence: number,
  kind: RecoveryPointKind = "CrashConsistent",
): RecoveryPoint {
  const takenAt = start + minutes * minute;
  const place = { machineId: "m", multiVm: false, disks: [], bytesStored: 0, processed: true } as const;
  return { ...place, id: `p${sequence}`, sequence, takenAt, kind };
}

function everyFiveMinutes(hours: number): RecoveryPoint[] {
  return Array.from({ length: hours * 12 + 1 }, (_, index) => pointAt(index * 5, index));
}

describe("choosePointsToKeep", () => {
  it("keeps all of the last two hours and one an hour before", () => {
    const kept = choosePointsToKeep(everyFiveMinutes(24), { retentionMinutes: 24 * 60 });
    expect(kept.size).toBe(25 + 22);
  });

  it("keeps the newest only when the policy retains nothing", () => {
    expect([...choosePointsToKeep(everyFiveMinutes(3), { retentionMinutes: 0 })]).toEqual(["p36"]);
  });

  it("prefers an application-consistent point within its hour", () => {
    const points = everyFiveMinutes(6);
    points[14] = pointAt(70, 14, "AppConsistent");
    expect(choosePointsToKeep(points, { retentionMinutes: 24 * 60 }).has("p14")).toBe(true);
  });

  it("loses no history when the clock jumps while nothing is replicated", () => {
    const points = everyFiveMinutes(2);
    expect(choosePointsToKeep(points, { retentionMinutes: 120 }).size).toBe(25);
    expect(choosePointsToKeep([], { retentionMinutes: 120 }).size).toBe(0);
  });

  it("is stable: what was kept once is kept when nothing new has come, and never a strange id", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { minLength: 1 }), fc.nat(15_000), (minutes, retentionMinutes) => {
        const points = minutes.sort((left, right) => left - right).map((at, index) => pointAt(at, index));
        const once = choosePointsToKeep(points, { retentionMinutes });
        const left = points.filter((point) => once.has(point.id));
        expect(choosePointsToKeep(left, { retentionMinutes })).toEqual(once);
        expect(once.has(points.at(-1)!.id)).toBe(true);
        expect(left.length).toBe(once.size);
      }),
    );
  });
});

describe("pointsToStay", () => {
  const minutely = (count: number): RecoveryPoint[] =>
    Array.from({ length: count }, (_, index) => pointAt(index, index));

  it("drops few points one by one, and many in batches of a twentieth", () => {
    const rule = { retentionMinutes: 10 };
    expect(pointsToStay(minutely(12), rule).size).toBe(11);
    const hundred = { retentionMinutes: 100 };
    expect(pointsToStay(minutely(104), hundred).size).toBe(104);
    expect(pointsToStay(minutely(105), hundred).size).toBe(105);
    expect(pointsToStay(minutely(106), hundred).size).toBe(101);
  });

  it("never keeps more than a twentieth beyond the policy", () => {
    let points = minutely(1);
    for (let at = 1; at < 500; at += 1) {
      points = [...points, pointAt(at, at)];
      const stay = pointsToStay(points, { retentionMinutes: 100 });
      points = points.filter((point) => stay.has(point.id));
      expect(points.length).toBeLessThanOrEqual(107);
    }
    expect(points.length).toBeGreaterThanOrEqual(101);
  });
});
