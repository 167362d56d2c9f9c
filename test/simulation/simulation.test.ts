import { createHash } from "node:crypto";
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
    for (const accident of [
      /^the process was killed at call/,
      /^take up what was left/,
      /^at once: .*Busy/,
    ]) {
      expect(
        [...done].some((step) => accident.test(step)),
        String(accident),
      ).toBe(true);
    }
    expect([...done]).toContain("replicate: TargetUnreachable");
    expect([...done]).toContain("replicate: SourceUnreachable");
  });

  it("is the same each time for a seed, to the call at which a process is killed", async () => {
    const hashOfTrace = async (seed: number): Promise<string> =>
      createHash("sha256")
        .update((await simulate(seed)).join("\n"))
        .digest("hex");
    for (const seed of [7, 20, 33]) expect(await hashOfTrace(seed)).toBe(await hashOfTrace(seed));
  });
});
