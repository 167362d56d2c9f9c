/** Whatever copies bytes reports them as numbers, through all that passes lines on. */
import { randomBytes } from "node:crypto";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { ReportDetail } from "../../provider/progress.ts";
import { Shop } from "./recovery-plan/shop.ts";
import { Site } from "./fixture.ts";

class Recorder {
  readonly reports: (ReportDetail & { line: string })[] = [];
  readonly report = (line: string, detail: ReportDetail = {}): void =>
    void this.reports.push({ line, ...detail });

  /** What was copied since the last call, with numbers that rise to the whole. */
  copies(): string[] {
    const taken = this.reports.splice(0);
    expect(taken.filter(({ line, copied }) => /\d %/.test(line) && copied === undefined)).toEqual([]);
    const copies = new Map<string, number[]>();
    for (const { subject = "", copied } of taken) {
      if (copied === undefined) continue;
      expect(copied.bytesDone).toBeLessThanOrEqual(copied.bytesTotal);
      const name = subject === "" ? copied.what : `${subject}: ${copied.what}`;
      copies.set(name, [...(copies.get(name) ?? []), copied.bytesTotal - copied.bytesDone]);
    }
    for (const left of copies.values()) expect(left.at(-1)).toBe(0);
    return [...copies.keys()];
  }
}

describe("progress in numbers", () => {
  it("comes from cycles, moves, drills, exports and verification", async () => {
    const site = await Site.make({ content: randomBytes(1024 * 1024) });
    try {
      const recorder = new Recorder();
      const { itemId, engine } = site;
      await site.protect();
      await engine.replicate(itemId, recorder, "resync");
      const [resync] = recorder.copies();
      expect(resync).toMatch(/^resync of disk \w+$/);
      const disk = resync!.split(" ").at(-1)!;
      await engine.upkeep.verify(engine.upkeep.holderIds()[0]!, recorder);
      expect(recorder.copies()).toEqual(["verify"]);
      const toPath = path.join(site.folder, "web1.img");
      await engine.points.export({ itemId, recoveryPoint: "latest", toPath, overwrite: false }, recorder);
      expect(recorder.copies()).toEqual([`export of disk ${disk}`]);
      await engine.moves.failoverAndCommit(itemId, { kind: "planned", recoveryPoint: "latest" }, recorder);
      expect(recorder.copies()).toContain(`restore of disk ${disk}`);
      await engine.moves.failback(itemId, recorder);
      expect(recorder.copies()).toContain(`resync of disk ${disk}`);
    } finally {
      site.remove();
    }
  });

  it("names group and machine in a plan", async () => {
    const shop = await Shop.make();
    try {
      const recorder = new Recorder();
      await shop.site.engine.plans.run(shop.planId, { operation: "PlannedFailover" }, recorder);
      const copies = recorder.copies();
      for (const name of ["db1", "web1", "web2"])
        expect(
          copies.some((copy) => copy.startsWith(`Failover: ${name}: restore of disk`)),
          copies.join(),
        ).toBe(true);
    } finally {
      shop.remove();
    }
  });
});
