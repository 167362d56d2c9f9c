/**
 * Power lost while a drill of a machine, or of a plan, is made or ended: the same command goes on at the next boot. The
 * machines themselves run on, their replicas are untouched, and no test machine is left behind.
 */
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { DrillInputs } from "../../provider/kinds/drill.ts";
import { folderMachines } from "../../provider/machines/folder-machines.ts";
import { quiet } from "../engine/fixture.ts";
import type { FlowSite } from "../engine/flow-site.ts";
import { expectNoOpenJobs, expectNothingLost, expectStates, sidesOf } from "./check-engine.ts";
import { declarePlan } from "./declare-plan.ts";
import { bootId, JobRun, type NextBoot } from "./job-run.ts";

const boot = vi.hoisted(() => ({ id: "1".padStart(16, "0") }));
vi.mock("../../provider/disks/boot-id.ts", () => ({ currentBootId: () => boot.id }));

const machines = ["db1", "web1"];
const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };

let site: FlowSite | undefined;
let inputs: DrillInputs;
let drillId = "";
afterEach(() => {
  boot.id = bootId(1);
  if (site) fs.rmSync(site.folder, { recursive: true });
});

async function prepare(made: FlowSite, ofPlan: boolean): Promise<void> {
  for (const name of machines) await made.protect(name);
  const subject = ofPlan
    ? { recoveryPlanId: await declarePlan(made, machines) }
    : { protectedItemId: made.itemId("web1") };
  inputs = { ...vault, drillName: "rehearsal", networkId: made.ids.get("drill network")!, ...subject };
  drillId = `${made.ids.get("vault")!}/drills/rehearsal`;
}

const declare = (): Promise<unknown> => handlerOf("drill", site!.engine).create(inputs, quiet);
const end = (): Promise<void> => site!.engine.drills.end(drillId, quiet);

/** Folders of the machines beside the protected ones. */
function testMachines({ files, engine }: NextBoot): string[] {
  const folder = path.join(engine.homeFolder, "azure", "dr");
  return files.exists(folder) ? files.list(folder).map((name) => path.join(folder, name)) : [];
}

/** Goes on with what the power cut: a drill that is made runs, one that is ended leaves nothing. */
async function goOn(next: NextBoot): Promise<void> {
  if (next.known.step === "declare") {
    await declare();
    const tested = inputs.recoveryPlanId === undefined ? ["web1"] : machines;
    const found = testMachines(next);
    expect(found.length, "test machines").toBe(tested.length);
    const drivers = folderMachines(next.files);
    for (const folder of found) expect(await drivers.powerState(folder), folder).toBe("running");
    for (const name of tested) {
      const { testFailoverState, details } = next.engine.findItem(site!.itemId(name))!;
      expect(testFailoverState, name).toBe("WaitingForCompletion");
      expect(found, name).toContain(details.testMachine!.folder);
    }
  }
  await end();
  expect(testMachines(next), "test machines that are left").toEqual([]);
  for (const name of machines)
    expect(next.engine.findItem(site!.itemId(name))!.testFailoverState, name).toBe("None");
}

async function checkNext(next: NextBoot): Promise<void> {
  expectStates(site!, next);
  if (next.known.step !== "") await goOn(next);
  expectNoOpenJobs(next);
  for (const name of machines) {
    const { running, active } = await sidesOf(site!, next, name);
    expect(running, `where ${name} runs`).toEqual([active]);
  }
  await expectNothingLost(site!, next);
}

it.each([
  ["a machine", false],
  ["a plan", true],
])(
  "power lost at any call of a drill of %s: it goes on, its machines run on, and its clean-up leaves nothing",
  { timeout: 7_200_000 },
  async (_subject, ofPlan) => {
    const run = await JobRun.make({ flow: "S3", machines, prepare: (made) => prepare(made, ofPlan) });
    site = run.site;
    await run.step("declare", declare);
    await run.write();
    await run.step("end", end);
    await run.write();
    const states = await run.cutPower(40, boot, checkNext);
    expect(states).toBeGreaterThan(40);
  },
);
