/**
 * Power lost while a recovery plan moves its machines: the same command goes on at the next boot, or says that there is
 * nothing to do. Nothing that was acknowledged is lost, and no machine runs at two sides.
 */
import fs from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import type { PlanOperationName } from "../../provider/engine/recovery-plan/plan-operation.ts";
import { hasCode } from "../../provider/errors.ts";
import { quiet } from "../engine/fixture.ts";
import type { FlowSite } from "../engine/flow-site.ts";
import { expectNoOpenJobs, expectNothingLost, expectStates, sidesOf } from "./check-engine.ts";
import { declarePlan } from "./declare-plan.ts";
import { bootId, JobRun, type NextBoot } from "./job-run.ts";

const boot = vi.hoisted(() => ({ id: "1".padStart(16, "0") }));
vi.mock("../../provider/disks/boot-id.ts", () => ({ currentBootId: () => boot.id }));

const machines = ["db1", "web1"];

let site: FlowSite | undefined;
let planId = "";
afterEach(() => {
  boot.id = bootId(1);
  if (site) fs.rmSync(site.folder, { recursive: true });
});

async function prepare(made: FlowSite): Promise<void> {
  for (const name of machines) await made.protect(name);
  planId = await declarePlan(made, machines);
}

/** Where all machines run once an operation has ended, and the state that they are in. */
interface End {
  readonly side: "primary" | "recovery";
  readonly state: string | undefined;
}

const after: Partial<Record<PlanOperationName, End>> = {
  PlannedFailover: { side: "recovery", state: "PlannedFailoverCommitPending" },
  UnplannedFailover: { side: "recovery", state: "UnplannedFailoverCommitPending" },
  Commit: { side: "recovery", state: undefined },
  Failback: { side: "primary", state: "FailbackCommitPending" },
};

/** Runs the operation that the power cut again. `NothingToDo` is what it says when all of it was done. */
async function goOn({ engine, known }: NextBoot): Promise<void> {
  const operation = known.step as PlanOperationName;
  try {
    await engine.plans.run(planId, { operation }, quiet);
  } catch (error) {
    if (!hasCode(error, "ActionNotAllowed")) throw error;
    expect((error as Error).message).toMatch(/nothing to do/);
  }
}

async function checkNext(next: NextBoot): Promise<void> {
  expectStates(site!, next);
  if (next.known.step !== "") {
    await goOn(next);
    await expectEnded(next, after[next.known.step as PlanOperationName]!);
  }
  expectNoOpenJobs(next);
  await expectNothingLost(site!, next);
}

async function expectEnded(next: NextBoot, { side, state }: End): Promise<void> {
  for (const name of machines) {
    const item = next.engine.findItem(site!.itemId(name))!;
    expect(item.activeLocation, `where ${name} is to run`).toBe(side);
    if (state !== undefined) expect(item.state, `the state of ${name}`).toBe(state);
    const { running, active } = await sidesOf(site!, next, name);
    expect(running, `where ${name} runs`).toEqual([active]);
  }
}

it.each([
  ["planned", "PlannedFailover"],
  ["unplanned", "UnplannedFailover"],
] as const)(
  "power lost at any call of a plan's %s failover, commit and failback: the plan goes on, and nothing is lost",
  { timeout: 7_200_000 },
  async (_kind, failover) => {
    const run = await JobRun.make({ flow: "S3", machines, prepare });
    site = run.site;
    const step = (operation: PlanOperationName): Promise<void> =>
      run.step(
        operation,
        () => run.site.engine.plans.run(planId, { operation }, quiet),
        operation === "Commit",
      );
    if (failover === "PlannedFailover") await run.write("web1");
    await step(failover);
    await step("Commit");
    await run.write("db1");
    await step("Failback");
    const states = await run.cutPower(40, boot, checkNext);
    expect(states).toBeGreaterThan(40);
  },
);
