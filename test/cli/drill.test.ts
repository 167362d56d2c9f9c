/** What the command line says of drills with a schedule. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { DrillSite } from "../engine/drill/drill-site.ts";
import type { AlertJson, EventJson } from "../../provider/cli/json/upkeep.ts";
import type { StatusJson } from "../../provider/cli/json/status.ts";
import { runHere } from "./in-process.ts";

let drills: DrillSite;
beforeEach(async () => void (drills = await DrillSite.make()));
afterEach(() => drills.remove());

async function json<Output>(...words: string[]): Promise<Output> {
  const { stdout } = await runHere(drills.site.engine.homeFolder, ...words, "--json");
  return JSON.parse(stdout) as Output;
}

const day = 86_400;

it("status, events and alerts show its runs", async () => {
  await drills.declare({ drillName: "nightly", schedule: { everyDays: 1, timeZone: "UTC" } });
  const home = drills.site.engine.homeFolder;
  expect((await runHere(home, "status")).stdout.replaceAll(/\s+/g, " ")).toContain(
    "Drill nightly of plan shop: next run 2026-01-02 03:00:00Z; not run yet",
  );
  const place = path.join(home, "azure/dr/web1-test");
  fs.mkdirSync(place, { recursive: true });
  fs.writeFileSync(path.join(place, "os.img"), "somebody's");
  await drills.follow(day);
  expect((await json<AlertJson[]>("alerts")).filter(({ name }) => name === "nightly")).toMatchObject([
    { severity: "Critical", code: "DrillFailed" },
  ]);
  fs.rmSync(place, { recursive: true });
  await drills.follow(day);
  expect((await json<AlertJson[]>("alerts")).filter(({ name }) => name === "nightly")).toEqual([]);
  const [drill] = (await json<StatusJson>("status")).drills;
  expect(drill).toMatchObject({ name: "nightly", plan: "shop", items: ["db1", "web1"], testMachines: [] });
  expect(drill!.lastRun).toMatchObject({ state: "Succeeded", error: null, machines: ["db1", "web1"] });
  const events = await json<EventJson[]>("events", "nightly");
  expect(events.map(({ eventCode }) => eventCode)).toEqual(["DrillFailed", "DrillSucceeded"]);
});

it("alerts and status show a manual step that it waits for, until when and how to end it", async () => {
  await drills.plan([
    {
      actionName: "look",
      failoverTypes: ["TestFailover"],
      failoverDirections: ["PrimaryToRecovery"],
      customDetails: { instanceType: "ManualActionDetails" },
    },
  ]);
  await drills.declare({ drillName: "nightly", schedule: { everyDays: 1, timeZone: "UTC" } });
  await drills.follow(day);
  const [alert] = (await json<AlertJson[]>("alerts")).filter(({ name }) => name === "nightly");
  expect(alert).toMatchObject({ severity: "Warning", code: "DrillWaits" });
  expect(alert!.message).toMatch(
    /look waits for a person until 2026-01-03T03:00:00.000Z: `siterecovery jobs/,
  );
});

it("clean-up leaves the schedule, and sends to the plan what the plan has made", async () => {
  const { engine, ids } = drills.site;
  const networkId = ids.get("drill network")!;
  await engine.plans.run(
    drills.planId,
    { operation: "TestFailover", networkId },
    { report: () => undefined },
  );
  const ended = await runHere(engine.homeFolder, "clean-up", "web1");
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("siterecovery plan clean-up shop")]);
  expect(drills.tested()).toEqual(["db1", "web1"]);
});
