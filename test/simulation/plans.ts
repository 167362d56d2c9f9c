/** What users do with a recovery plan over both machines: db1 first, a manual step, then web1. */
import { expect } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { digestsOf, takeUp, tolerate } from "./accidents.ts";
import { checkError } from "./checks.ts";
import { hold } from "./promises.ts";
import type { Step } from "./users.ts";
import { type Machine, machines, quiet, type World } from "./world.ts";

const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };
const manual = {
  actionName: "check the database",
  failoverTypes: ["PlannedFailover", "UnplannedFailover"],
  failoverDirections: ["PrimaryToRecovery", "RecoveryToPrimary"],
  customDetails: { instanceType: "ManualActionDetails" as const, description: "Is it up?" },
};

async function declare(world: World): Promise<string> {
  const { engine } = world.site;
  const [db1, web1] = machines.map((machine) => ({ id: world.site.itemId(machine) }));
  const wanted = {
    ...vault,
    recoveryPlanName: "shop",
    properties: {
      primaryFabricId: engine.listThings({ kind: "fabric" })[0]!.id,
      recoveryFabricId: world.site.ids.get("second fabric") ?? "Microsoft Azure",
      groups: [
        { groupType: "Boot", replicationProtectedItems: [db1!], endGroupActions: [manual] },
        { groupType: "Boot", replicationProtectedItems: [web1!] },
      ],
    },
  };
  return (await handlerOf("recovery-plan", engine).create(wanted, quiet)).id;
}

const titles = {
  PlannedFailover: "planned failover of the plan",
  UnplannedFailover: "unplanned failover of the plan",
  Commit: "commit of the plan",
  ReverseReplicate: "reverse the plan",
} as const;
type Operation = keyof typeof titles;

function isFailover(operation: Operation): boolean {
  return operation === "PlannedFailover" || operation === "UnplannedFailover";
}

interface Before {
  readonly digests: Readonly<Record<Machine, string>>;
  readonly isOut: Readonly<Record<Machine, boolean>>;
  readonly sharesPoints: boolean;
}

function ofEach<T>(work: (machine: Machine) => T): Record<Machine, T> {
  return { db1: work("db1"), web1: work("web1") };
}

async function lookAt(world: World): Promise<Before> {
  const digests = ofEach((machine) => world.hash(world.activeImage(machine)));
  for (const machine of machines) world.held[machine].add(digests[machine]);
  const instants: Set<number>[] = [];
  // Without the second site nobody knows its points, and nothing moves there.
  for (const machine of world.lost.has("paris") ? [] : machines) {
    const points = await world.site.engine.recoveryPoints(world.site.itemId(machine));
    instants.push(new Set(points.flatMap(({ multiVm, takenAt }) => (multiVm ? [takenAt] : []))));
  }
  const [first, second] = instants;
  return {
    digests,
    isOut: ofEach((machine) => world.find(machine)!.activeLocation === "recovery"),
    sharesPoints:
      first !== undefined && second !== undefined && [...first].some((instant) => second.has(instant)),
  };
}

/** A run that waits for its manual step, then the command that completes it. */
async function runOnce(world: World, planId: string, operation: Operation, before: Before): Promise<void> {
  const { plans } = world.site.engine;
  const options = { waits: false };
  const outcome = await plans.run(planId, { operation }, quiet, options);
  if (outcome.state === "Succeeded") return;
  const isEarly = isFailover(operation) && !before.isOut.web1 && world.isRunning(world.recoveryImage("web1"));
  expect(isEarly, "web1 starts before the manual step is done").toBe(false);
  const end = await plans.complete(outcome.jobId, "it is up", quiet, options);
  expect(end).toMatchObject({ state: "Succeeded" });
}

/** What the plan was to do with a machine is done. */
function isOver(world: World, machine: Machine, operation: Operation): boolean {
  if (isFailover(operation)) return world.find(machine)!.activeLocation === "recovery";
  return !world.allowed(machine).includes(operation);
}

/** Runs the plan until it ends: a killed one goes on where it stopped, however often. */
async function runThroughKills(
  world: World,
  planId: string,
  operation: Operation,
  before: Before,
): Promise<void> {
  let wasKilled = false;
  for (let kills = world.random.integer(4) - 1; ; kills -= 1) {
    const { process } = world;
    process.killAt(kills > 0 ? 1 + world.random.integer(world.pick([60, 400, 2000])) : undefined);
    try {
      await runOnce(world, planId, operation, before);
      return process.killAt();
    } catch (error) {
      if (!process.isDead) {
        process.killAt();
        const areOver = machines.every((machine) => isOver(world, machine, operation));
        if (wasKilled && areOver && checkError(error).code === "ActionNotAllowed") return;
        throw error;
      }
      wasKilled = true;
      world.tell(`the plan's process was killed at call ${process.calls}`);
      await world.restart();
    }
  }
}

/** A run that failed is gone on with by the next one of its kind, or given up; one that waits is given up. */
async function leave(world: World, planId: string): Promise<void> {
  const { engine } = world.site;
  const [job] = engine.jobs({ targetId: planId, limit: 1 });
  if (!job || job.state === "Succeeded" || job.state === "Cancelled") return;
  if (job.state === "Failed" && world.random.integer(2) === 0) return;
  world.tell(`give the plan's run up, which was ${job.state}`);
  await tolerate(world, () => engine.plans.cancel(job.id, quiet));
}

function checkEnd(world: World, operation: Operation, { digests, isOut, sharesPoints }: Before): void {
  for (const machine of machines) {
    expect(world.isRunning(world.activeImage(machine)), `${machine} runs after the plan`).toBe(true);
    const now = world.hash(world.activeImage(machine));
    const where = `${machine} after the plan's ${operation}`;
    if (isOut[machine] || !isFailover(operation)) hold("bytesStay", now === digests[machine], where);
    else if (operation === "PlannedFailover") hold("plannedLosesNothing", now === digests[machine], where);
    else hold("unplannedLosesNoMore", world.held[machine].has(now), where);
  }
  const isOfOneInstant = world.isGrouped && sharesPoints && !isOut.db1 && !isOut.web1;
  if (operation !== "UnplannedFailover" || !isOfOneInstant) return;
  const [db1, web1] = machines.map((machine) => world.find(machine)!.details.recoveryMachine!.pointTakenAt);
  hold("oneInstant", db1 === web1, `the plan brought db1 to ${db1} and web1 to ${web1}`);
}

async function run(world: World, operation: Operation): Promise<void> {
  const before = await lookAt(world);
  const possible = digestsOf(world, () => true);
  const planId = await declare(world);
  try {
    await runThroughKills(world, planId, operation, before);
  } catch (error) {
    await leave(world, planId);
    await takeUp(world, possible);
    throw error;
  }
  if (isFailover(operation)) expect(world.site.engine.plans.view(planId).activeLocation).toBe("recovery");
  checkEnd(world, operation, before);
  for (const machine of machines) {
    await tolerate(world, () => world.note(machine, world.hash(world.activeImage(machine))));
  }
}

export function planSteps(world: World): Step[] {
  const goes = (machine: Machine, operation: Operation): boolean =>
    (!isFailover(operation) || world.find(machine)?.state === "Protected") &&
    world.allowed(machine).includes(operation);
  // A machine that is out already is passed over by a failover.
  const fits = (machine: Machine, operation: Operation): boolean =>
    goes(machine, operation) || (isFailover(operation) && world.find(machine)?.activeLocation === "recovery");
  return (Object.keys(titles) as Operation[])
    .filter((operation) => machines.some((machine) => goes(machine, operation)))
    .filter((operation) => machines.every((machine) => fits(machine, operation)))
    .map((operation) => ({ name: titles[operation], run: (current) => run(current, operation) }));
}
