import { describe, expect, it, vi } from "vitest";
import { shrink, tell } from "./shrink.ts";
import { type Outcome, simulate } from "./simulate.ts";

vi.mock("../../provider/engine/replication/threads-for.ts", async () => {
  const { threadChoice } = await import("./thread-choice.ts");
  return { threadsFor: () => threadChoice.threads };
});

const first = Number(process.env["SITERECOVERY_SEED"] ?? 1);
const worldsInNpmTest = 24;
/** How many worlds it takes to meet every accident. */
const worldsOfVariety = 200;
const count = Number(process.env["SITERECOVERY_SEEDS"] ?? worldsInNpmTest);
const turns = process.env["SITERECOVERY_TURNS"]?.split(",").map(Number);
/** So many failures are told; more would be read by nobody. */
const failuresMax = 5;

/** What users and accidents did in worlds that do enough of it. */
function expectVariety(done: ReadonlySet<string>): void {
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
    /^at once: .*Cancelled.*, stop the/,
    /^the plan's process was killed at call/,
    /^unplanned failover of the plan: /,
    /^the second site is lost/,
    /^the primary host is lost/,
    /^write past the tracking of/,
    /^exchange the image of/,
    /^put a backup back of/,
    /^let the clock jump for a cycle of/,
    /^replicate often/,
    /^empty the caches before a cycle of/,
    /^add a data disk to/,
    /^replace the data disk of/,
    /^put an older target back of/,
    /^write to the disks that were left at the primary side of/,
    /^use at the primary side while its way back waits/,
    /^lose half of the target of/,
    /^somebody takes the (replica|drill)'s name of/,
    /^another host gets a machine named/,
    /^the host goes away beside a machine named/,
    /^another resource means/,
    /^with yesterday's database: /,
    /large disks$/,
    /^the spare host is lost/,
    /was frozen, and another process went on/,
    /^the primary machine is gone/,
    /^resume/,
    /: SourceUnreachable$/,
    /: TargetUnreachable$/,
  ]) {
    expect(
      [...done].some((step) => accident.test(step)),
      String(accident),
    ).toBe(true);
  }
}

describe("the simulation", () => {
  it(`keeps what it promises in ${count} worlds from seed ${first}`, { timeout: 7_200_000 }, async () => {
    const done = new Set<string>();
    const failures: string[] = [];
    for (let seed = first; seed < first + count && failures.length < failuresMax; seed += 1) {
      const outcome = await simulate({ seed, ...(turns ? { turns } : {}) });
      for (const { text } of outcome.trace) done.add(text.replace(/ (db1|web1)/, ""));
      // Told at once: a long run can be looked into while it goes on.
      if (outcome.failure) {
        failures.push(tell(turns ? outcome : await shrink(outcome)));
        process.stdout.write(`${failures.at(-1)}\n\n`);
      } else if (count === 1) process.stdout.write(`${tell(outcome)}\n`);
    }
    if (failures.length > 0) throw new Error(failures.join("\n\n"));
    // Other worlds may be poorer by chance.
    if (first === 1 && count >= worldsOfVariety) expectVariety(done);
  });

  it("is the same each time for a seed, to the call at which a process is killed", async () => {
    const killed = /^the process was killed at call/;
    const runs: Outcome[] = [];
    for (const seed of [7, 20, 33]) {
      runs.push(await simulate({ seed }));
      expect(await simulate({ seed })).toEqual(runs.at(-1));
    }
    expect(runs.flatMap(({ trace }) => trace).some(({ text }) => killed.test(text))).toBe(true);
  });
});
