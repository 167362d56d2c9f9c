/** A drill with a schedule runs when it is due, leaves what it measured and no test machine, and survives its process. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { DrillSchedule } from "../../../provider/kinds/drill.ts";
import type { RecoveryPlanAction } from "../../../provider/kinds/recovery-plan.ts";
import { nextRun, nextTime } from "../../../provider/engine/drill/next-run.ts";
import { quiet } from "../fixture.ts";
import { DrillSite, machineNames, start } from "./drill-site.ts";

const hour = 3600;
const day = 24 * hour;
const weekly: DrillSchedule = { everyDays: 7, at: "03:00", timeZone: "UTC" };
/** A manual step for tests. */
const look: RecoveryPlanAction = {
  actionName: "look",
  failoverTypes: ["TestFailover"],
  failoverDirections: ["PrimaryToRecovery"],
  customDetails: { instanceType: "ManualActionDetails", description: "look at it" },
};
let drills: DrillSite;
beforeEach(async () => void (drills = await DrillSite.make()));
afterEach(() => drills.remove());

const iso = (at: number): string => new Date(at).toISOString();
const codes = (id: string): string[] =>
  drills.site.engine.events({ targetId: id, limit: 10 }).map(({ code }) => code);

it("runs at its time and not before, keeps what it measured, and cleans up", async () => {
  const { id, outputs } = await drills.declare({ schedule: weekly });
  expect(outputs.properties).toEqual({
    state: "None",
    machines: [],
    nextRunTime: "2026-01-02T03:00:00.000Z",
  });
  expect(await drills.follow(15 * hour - 60)).toBe(0);
  expect(await drills.follow(150)).toBe(1);
  const { lastRun, nextRunTime, lastSuccessTime, state } = await drills.properties(id);
  expect([state, drills.tested(), nextRunTime]).toEqual(["None", [], "2026-01-09T03:00:00.000Z"]);
  expect(lastRun).toMatchObject({ state: "Succeeded", startTime: "2026-01-02T03:00:00.000Z" });
  expect(lastSuccessTime).toBe(lastRun!.startTime);
  for (const [place, machine] of machineNames.entries()) {
    const sha256 = drills.site.hash(drills.site.image(machine));
    expect(lastRun!.machines[place]).toMatchObject({ machine, evidence: [{ sha256 }] });
  }
  expect(codes(id)).toEqual(["DrillSucceeded"]);
  expect(await drills.follow(6 * day)).toBe(0);
  expect(await drills.follow(day)).toBe(1);
});

it("is kept as it is written, and a change of its schedule counts from then", async () => {
  const { id } = await drills.declare({ schedule: weekly });
  const same = await drills.handler.diff(
    id,
    drills.inputs({ schedule: weekly }),
    drills.inputs({ schedule: weekly }),
  );
  expect(same.changes).toEqual([]);
  const daily = drills.inputs({ schedule: { ...weekly, everyDays: 1, at: "20:00" } });
  const changed = await drills.handler.diff(id, drills.inputs({ schedule: weekly }), daily);
  expect([changed.changes.length > 0, changed.replaces]).toEqual([true, []]);
  await drills.handler.update(id, drills.inputs({ schedule: weekly }), daily, quiet);
  expect((await drills.properties(id)).nextRunTime).toBe("2026-01-01T20:00:00.000Z");
});

it("turns into a drill that stays, and back", async () => {
  const { id } = await drills.declare({ schedule: weekly });
  await drills.handler.update(id, drills.inputs({ schedule: weekly }), drills.inputs(), quiet);
  expect([drills.tested(), (await drills.properties(id)).nextRunTime]).toEqual([["db1", "web1"], undefined]);
  await drills.handler.update(id, drills.inputs(), drills.inputs({ schedule: weekly }), quiet);
  expect([drills.tested(), (await drills.properties(id)).state]).toEqual([[], "None"]);
});

it("makes up for a run that nobody was there for, once", async () => {
  await drills.declare({ schedule: { ...weekly, everyDays: 1 } });
  drills.clock.advance(5 * day * 1000);
  expect(await drills.follow(hour)).toBe(1);
});

it("goes on with a run whose process died, and measures and cleans up", async () => {
  const { id } = await drills.declare({ protectedItemId: drills.site.itemId("web1"), schedule: weekly });
  drills.clock.advance(day * 1000);
  const stop = new AbortController();
  const report = (): void => stop.abort();
  const { engine } = drills.site;
  await expect(engine.drills.runIfDue(id, { report, signal: stop.signal })).rejects.toThrow();
  expect((await drills.properties(id)).lastRun).toBeUndefined();
  expect(await drills.follow(hour)).toBe(1);
  const { lastRun } = await drills.properties(id);
  expect([lastRun!.state, lastRun!.machines.length, drills.tested()]).toEqual(["Succeeded", 1, []]);
});

it("skips machines that run at the recovery side, says so, and tries again the next day", async () => {
  const { id } = await drills.declare({ schedule: weekly });
  const { engine } = drills.site;
  await engine.plans.run(drills.planId, { operation: "UnplannedFailover" }, quiet);
  expect(await drills.follow(day)).toBe(1);
  const { lastRun, nextRunTime } = await drills.properties(id);
  expect(lastRun).toMatchObject({ state: "Skipped", machines: [] });
  expect(lastRun!.error).toMatch(/shop/);
  expect([nextRunTime, codes(id)]).toEqual(["2026-01-03T03:00:00.000Z", ["DrillSkipped"]]);
});

it("fails where another machine is in the place of its test machine, and tries again the next day", async () => {
  const { id } = await drills.declare({ schedule: weekly });
  const place = path.join(drills.site.folder, "home/azure/dr/web1-test");
  fs.mkdirSync(place, { recursive: true });
  fs.writeFileSync(path.join(place, "os.img"), "somebody's");
  expect(await drills.follow(day)).toBe(1);
  const { lastRun } = await drills.properties(id);
  expect([lastRun!.state, drills.tested(), codes(id)]).toEqual(["Failed", [], ["DrillFailed"]]);
  expect(fs.readFileSync(path.join(place, "os.img"), "utf8")).toBe("somebody's");
  fs.rmSync(place, { recursive: true });
  expect(await drills.follow(day)).toBe(1);
  expect((await drills.properties(id)).lastRun!.state).toBe("Succeeded");
});

it("waits for a person at a manual step, and ends well when the step is done", async () => {
  await drills.plan([look]);
  const { id } = await drills.declare({ schedule: weekly });
  expect(await drills.follow(day)).toBe(0);
  expect(drills.tested()).toEqual(["db1", "web1"]);
  const { engine } = drills.site;
  const { lastJob } = engine.plans.view(drills.planId);
  await engine.plans.complete(lastJob!.id, "seen", quiet, { waits: false });
  expect(await drills.follow(hour)).toBe(1);
  expect([(await drills.properties(id)).lastRun!.state, drills.tested()]).toEqual(["Succeeded", []]);
});

it("gives a test up whose manual step no person completes, and cleans up", async () => {
  await drills.plan([look]);
  const { id } = await drills.declare({ schedule: { ...weekly, everyDays: 30 } });
  expect(await drills.follow(day)).toBe(0);
  const { engine } = drills.site;
  const { lastJob } = engine.plans.view(drills.planId);
  expect(engine.drills.list()[0]!.waits).toMatch(
    new RegExp(`look waits for a person until 2026-01-09T.*jobs complete ${lastJob!.id}`),
  );
  expect(await drills.follow(6 * day)).toBe(0);
  expect(await drills.follow(day)).toBe(1);
  const { lastRun, nextRunTime } = await drills.properties(id);
  expect(lastRun).toMatchObject({ state: "Failed", machines: [] });
  expect(lastRun!.error).toMatch(/manual step .*look of shop was not completed by 2026-01-09T/);
  expect([drills.tested(), codes(id), engine.drills.list()[0]!.waits]).toEqual([
    [],
    ["DrillFailed"],
    undefined,
  ]);
  expect(engine.plans.view(drills.planId).lastJob!.operation).toBe("TestFailoverCleanup");
  expect(nextRunTime).toBe("2026-01-10T03:00:00.000Z");
});

it("waits for a person no longer than to the drill's next run", async () => {
  await drills.plan([look]);
  const { id } = await drills.declare({ schedule: { ...weekly, everyDays: 1 } });
  expect(await drills.follow(day)).toBe(0);
  expect(await drills.follow(day)).toBe(1);
  expect((await drills.properties(id)).lastRun!.error).toMatch(/not completed by 2026-01-03T03:00:00/);
});

it("leaves a test alone that a person began and that waits for one", async () => {
  await drills.plan([look]);
  const { engine } = drills.site;
  const networkId = drills.site.ids.get("drill network")!;
  const request = { operation: "TestFailover", networkId } as const;
  const { jobId } = await engine.plans.run(drills.planId, request, quiet, { waits: false });
  const { id } = await drills.declare({ schedule: { ...weekly, everyDays: 1 } });
  expect(await drills.follow(2 * day)).toBe(0);
  expect(await drills.follow(day)).toBe(1);
  const { lastRun } = await drills.properties(id);
  expect([lastRun!.state, drills.tested()]).toEqual(["Skipped", ["db1", "web1"]]);
  expect(lastRun!.error).toMatch(/a test that this drill did not begin/);
  expect(engine.plans.view(drills.planId).lastJob).toMatchObject({ id: jobId, state: "Suspended" });
});

it("lets the process end a test that a person has let go on after hours", async () => {
  await drills.plan([look]);
  const { id } = await drills.declare({ schedule: weekly });
  expect(await drills.follow(day)).toBe(0);
  const { engine } = drills.site;
  const { lastJob } = engine.plans.view(drills.planId);
  let seen: unknown;
  // Another process boots the groups while the drill looks again.
  const report = (line: unknown): void => {
    if (seen === undefined && String(line).includes("web1")) seen = engine.drills.runIfDue(id, quiet);
  };
  drills.clock.advance(2 * hour * 1000);
  await engine.plans.complete(lastJob!.id, "seen", { report }, { waits: false });
  expect(await seen).toMatchObject({ waits: expect.stringMatching(/shop/) });
  expect(await drills.follow(hour)).toBe(1);
  expect([(await drills.properties(id)).lastRun!.state, drills.tested()]).toEqual(["Succeeded", []]);
});

it("does not begin a test again that a person has given up", async () => {
  await drills.plan([look]);
  const { id } = await drills.declare({ schedule: weekly });
  expect(await drills.follow(day)).toBe(0);
  const { engine } = drills.site;
  await engine.plans.cancel(engine.plans.view(drills.planId).lastJob!.id, quiet);
  expect(await drills.follow(hour)).toBe(1);
  const { lastRun } = await drills.properties(id);
  expect([lastRun!.state, drills.tested()]).toEqual(["Failed", []]);
  expect(lastRun!.error).toMatch(/given up/);
});

it("runs only where all of its machines are followed", async () => {
  await drills.declare({ schedule: weekly });
  expect(await drills.follow(day, { ids: [drills.site.itemId("web1")] })).toBe(0);
  expect(await drills.follow(hour, { ids: machineNames.map((name) => drills.site.itemId(name)) })).toBe(1);
});

it("is due on its days and at its time of the zone's wall clock", () => {
  const sundays: DrillSchedule = { everyDays: 7, days: ["Sunday"], at: "02:30", timeZone: "Europe/Berlin" };
  expect(iso(nextTime(sundays, start))).toBe("2026-01-04T01:30:00.000Z");
  expect(iso(nextRun(sundays, Date.UTC(2026, 0, 4, 1, 30)))).toBe("2026-01-11T01:30:00.000Z");
  // The clock is set forward at 2:00 on 29 March 2026.
  expect(iso(nextRun(sundays, Date.UTC(2026, 2, 22, 1, 30)))).toBe("2026-03-29T01:30:00.000Z");
  // A run that came late does not put the next one off for a week more.
  expect(iso(nextRun(sundays, Date.UTC(2026, 0, 4, 20)))).toBe("2026-01-11T01:30:00.000Z");
  const quarterly: DrillSchedule = { everyDays: 90, days: ["Saturday", "Sunday"], timeZone: "UTC" };
  expect(iso(nextRun(quarterly, Date.UTC(2026, 0, 3, 3)))).toBe("2026-04-04T03:00:00.000Z");
});
