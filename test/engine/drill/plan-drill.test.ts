/** A drill of a plan: all of its machines are tested in the plan's order, with the bytes that they have. */
import fs from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RecoveryPlanAction } from "../../../provider/kinds/recovery-plan.ts";
import { quiet } from "../fixture.ts";
import { DrillSite, machineNames } from "./drill-site.ts";

let drills: DrillSite;
beforeEach(async () => void (drills = await DrillSite.make()));
afterEach(() => drills.remove());

const testMachines = (): string[] => {
  const folder = drills.site.folder;
  return fs.globSync("home/azure/*/*-test", { cwd: folder }).map((name) => name.split("/").at(-1)!);
};

it("makes test machines with the machines' own bytes, and removes them with the drill", async () => {
  const { id, outputs } = await drills.declare();
  const { state, machines, measuredRtoSeconds } = outputs.properties;
  expect([state, machines.map(({ machine }) => machine)]).toEqual(["WaitingForCompletion", ["db1", "web1"]]);
  expect(measuredRtoSeconds).toBeGreaterThanOrEqual(0);
  expect(outputs.properties).not.toHaveProperty("evidence");
  for (const [place, name] of machineNames.entries())
    expect(machines[place]!.evidence[0]!.sha256).toBe(drills.site.hash(drills.site.image(name)));
  expect(testMachines().toSorted()).toEqual(["db1-test", "web1-test"]);
  expect(await drills.handler.diff(id, drills.inputs(), drills.inputs())).toMatchObject({ changes: [] });
  await drills.handler.delete(id, quiet);
  expect([testMachines(), drills.tested(), await drills.handler.read(id)]).toEqual([[], [], undefined]);
});

it("goes on with a drill that was stopped between its machines", async () => {
  const stop = new AbortController();
  const report = (line: unknown): void => {
    if (String(line).includes("web1")) stop.abort();
  };
  await expect(drills.handler.create(drills.inputs(), { report, signal: stop.signal })).rejects.toThrow(
    /stopped|aborted/,
  );
  const { outputs } = await drills.declare();
  expect(outputs.properties.machines.map(({ machine }) => machine)).toEqual(["db1", "web1"]);
});

it("that is stopped while a manual step waits says so, and is resumed when the step is done", async () => {
  const step: RecoveryPlanAction = {
    actionName: "look",
    failoverTypes: ["TestFailover"],
    failoverDirections: ["PrimaryToRecovery"],
    customDetails: { instanceType: "ManualActionDetails" },
  };
  await drills.plan([step]);
  const stop = new AbortController();
  const report = (line: unknown): void => {
    if (String(line).includes("waits for a person")) stop.abort();
  };
  await expect(drills.handler.create(drills.inputs(), { report, signal: stop.signal })).rejects.toThrow(
    /look of the drill rehearsal still waits for a person: `siterecovery jobs complete \S+`, then run again/,
  );
  const { engine } = drills.site;
  await engine.plans.complete(engine.plans.view(drills.planId).lastJob!.id, "seen", quiet);
  const { outputs } = await drills.declare();
  expect(outputs.properties.machines.map(({ machine }) => machine)).toEqual(["db1", "web1"]);
});

it("is gone once a person has cleaned the plan up, and is no drill that a person started", async () => {
  const { id } = await drills.declare();
  const { engine } = drills.site;
  await engine.plans.run(drills.planId, { operation: "TestFailoverCleanup" }, quiet);
  expect(await drills.handler.read(id)).toBeUndefined();
  const networkId = drills.site.ids.get("drill network")!;
  await engine.plans.run(drills.planId, { operation: "TestFailover", networkId }, quiet);
  expect(await drills.handler.read(id)).toBeUndefined();
  await expect(drills.declare()).rejects.toThrow(/nothing to do.*clean-up/s);
  // What a person started stays when the drill is taken out.
  await drills.handler.delete(id, quiet);
  expect(drills.tested()).toEqual(["db1", "web1"]);
});

it("is refused with one sentence for what it cannot be of", async () => {
  const itemId = drills.site.itemId("web1");
  const reasons = async (more: object): Promise<string[]> =>
    (await drills.handler.check({ ...drills.inputs(), ...more })).map(
      ({ property, reason }) => `${property}: ${reason}`,
    );
  expect(await reasons({ recoveryPlanId: undefined })).toEqual([
    expect.stringMatching(/^protectedItemId: name what is tested/),
  ]);
  expect(await reasons({ protectedItemId: itemId })).toEqual([
    expect.stringMatching(/^recoveryPlanId: .*one machine or of one plan/),
  ]);
  expect(await reasons({ recoveryPoint: "9f0c" })).toEqual([
    expect.stringMatching(/^recoveryPoint: .*take one of latest/),
  ]);
  expect(await reasons({ schedule: { everyDays: 1, timeZone: "Europe/Londn" } })).toEqual([
    expect.stringMatching(/^schedule.timeZone: .*no time zone/),
  ]);
  expect(await reasons({ schedule: { everyDays: 0 } })).toHaveLength(1);
  const missing = drills.inputs({ recoveryPlanId: `${drills.planId}-no` });
  await expect(drills.handler.create(missing, quiet)).rejects.toThrow(/no recovery plan shop-no/);
});

it("forbids the same update to move one of its machines", async () => {
  const reasons = await drills.handler.check(drills.inputs());
  expect(reasons).toEqual([]);
  const { engine } = drills.site;
  await engine.plans.run(drills.planId, { operation: "UnplannedFailover" }, quiet);
  expect((await drills.handler.check(drills.inputs()))[0]).toMatchObject({ property: "recoveryPlanId" });
  // One with a schedule waits until they are back.
  expect(await drills.handler.check(drills.inputs({ schedule: { everyDays: 7 } }))).toEqual([]);
});
