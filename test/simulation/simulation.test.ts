import { describe, expect, it } from "vitest";
import { simulate } from "./simulate.ts";

const first = Number(process.env["SITERECOVERY_SEED"] ?? 1);
const count = Number(process.env["SITERECOVERY_SEEDS"] ?? 200);

describe("the simulation", () => {
  it(`keeps what it promises in ${count} worlds from seed ${first}`, { timeout: 3_600_000 }, async () => {
    const done = new Set<string>();
    for (let seed = first; seed < first + count; seed += 1) {
      for (const step of await simulate(seed)) done.add(step.replace(/ (db1|web1)/, ""));
    }
    if (count < 100) return;
    for (const step of [
      "protect",
      "planned failover of",
      "unplanned failover of",
      "commit",
      "cancel",
      "reverse",
    ]) {
      expect([...done], "nothing of that was done in any world").toContain(step);
    }
    expect([...done]).toContain("replicate: TargetUnreachable");
    expect([...done]).toContain("replicate: SourceUnreachable");
  });

  it("is the same each time for a seed", async () => {
    expect(await simulate(7)).toEqual(await simulate(7));
  });
});
