/** What users do, each with what must be true of its outcome. Steps that cannot be taken now are left out. */
import { expect } from "vitest";
import type { FailoverKind } from "../../provider/model/flows.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { careSteps } from "./care-steps.ts";
import { databaseAccidents } from "./database-accidents.ts";
import { diskAccidents } from "./disk-accidents.ts";
import { drillInputs } from "./drill-inputs.ts";
import { digestOf } from "./machine-disks.ts";
import { nameAccidents } from "./name-accidents.ts";
import { ownerAccidents, protectAs } from "./owner-accidents.ts";
import { planSteps } from "./plans.ts";
import { discardOf, primaryAccidents } from "./primary-accidents.ts";
import { hold } from "./promises.ts";
import { siteSteps } from "./site-steps.ts";
import { wayBackSteps } from "./spare-host.ts";
import { targetAccidents } from "./target-accidents.ts";
import { type Machine, machines, quiet, type World } from "./world.ts";

export interface Step {
  readonly name: string;
  /** The machine that it moves or copies; nothing where no engine is at work. */
  readonly machine?: Machine;
  run(world: World): Promise<void>;
}

async function replicate(world: World, machine: Machine): Promise<void> {
  const digest = world.hash(world.activeImage(machine));
  await world.site.engine.replicate(world.site.itemId(machine), quiet, "resync");
  await world.note(machine, digest);
  const newest = (await world.site.engine.recoveryPoints(world.site.itemId(machine))).at(-1)!;
  expect(world.contents.get(newest.id), `the newest point of ${machine}`).toBe(digest);
}

/** The machines that have their cycles together recover to one instant: what all of them held just now. */
async function replicateGroup(world: World, machine: Machine): Promise<void> {
  const isBack = world.find(machine)!.details.reverse !== undefined;
  const group = machines.filter(
    (other) => world.replicates(other) && (world.find(other)!.details.reverse !== undefined) === isBack,
  );
  const before = group.map((other) => ({ other, digest: world.hash(world.activeImage(other)) }));
  await world.site.engine.replicate(world.site.itemId(machine), quiet);
  const taken = new Set<number>();
  for (const { other, digest } of before) {
    await world.note(other, digest);
    const newest = (await world.site.engine.recoveryPoints(world.site.itemId(other))).at(-1)!;
    hold(
      "oneInstant",
      world.contents.get(newest.id) === digest,
      `the group's point of ${other} is of another`,
    );
    taken.add(newest.takenAt);
  }
  hold("oneInstant", taken.size === 1, `points of the group of ${machine} are of ${taken.size} instants`);
}

async function begin(world: World, machine: Machine): Promise<void> {
  const digest = world.hash(world.activeImage(machine));
  await world.site.engine.replicate(world.site.itemId(machine), quiet);
  await world.note(machine, digest);
}

async function failOver(world: World, machine: Machine, kind: FailoverKind): Promise<void> {
  const { engine } = world.site;
  const id = world.site.itemId(machine);
  const source = world.activeImage(machine);
  const isBack = world.find(machine)!.details.reverse !== undefined;
  const before = world.hash(source);
  const points = await engine.recoveryPoints(id);
  const recoveryPoint =
    kind === "planned" || world.random.integer(2) === 0 ? "latest" : world.pick(points).id;
  const discard = isBack ? await discardOf(world, machine) : {};
  await engine.moves.failover(id, { kind, recoveryPoint, ...discard }, quiet);
  const now = world.hash(world.activeImage(machine));
  // Nothing is lost where the source could be shut down and read: planned ones, and the way back from a live side.
  const isSourceLost = world.lost.has(isBack ? "paris" : "london");
  const losesNothing = kind === "planned" || (isBack && recoveryPoint === "latest" && !isSourceLost);
  const chosen = recoveryPoint === "latest" ? points.at(-1)!.id : recoveryPoint;
  const promise = losesNothing ? "plannedLosesNothing" : "unplannedLosesNoMore";
  const wanted = losesNothing ? before : world.contents.get(chosen);
  hold(promise, now === wanted, `${kind} failover of ${machine} from ${recoveryPoint} holds something else`);
  await world.note(machine, before);
}

async function changePoint(world: World, machine: Machine): Promise<void> {
  const id = world.site.itemId(machine);
  const point = world.pick(await world.site.engine.recoveryPoints(id));
  await world.site.engine.moves.changePoint(id, point.id, quiet);
  const now = world.hash(world.activeImage(machine));
  hold("unplannedLosesNoMore", now === world.contents.get(point.id), `another point for ${machine}`);
}

async function reverse(world: World, machine: Machine): Promise<void> {
  const before = world.hash(world.activeImage(machine));
  await world.site.engine.moves.reverseReplicate(world.site.itemId(machine), quiet);
  hold("bytesStay", world.hash(world.activeImage(machine)) === before, `reverse replication of ${machine}`);
  await world.note(machine, before);
}

async function drill(world: World, machine: Machine): Promise<void> {
  const { site } = world;
  const inputs = drillInputs(world, machine);
  const handler = handlerOf("drill", site.engine);
  const before = world.hash(world.activeImage(machine));
  const points = await site.engine.recoveryPoints(site.itemId(machine));
  // A network that machines fail over to is refused for a drill; then there is nothing to clean up.
  if (site.flow === "S6")
    return void (await expect(handler.create(inputs, quiet)).rejects.toThrow(/for real/));
  const { id } = await handler.create(inputs, quiet);
  const { evidence } = world.find(machine)!.details.testMachine!;
  const found = [...evidence].sort((one, other) => (one.diskId < other.diskId ? 1 : -1));
  const digest = digestOf(found.map(({ sha256 }) => sha256));
  expect(digest, `drill of ${machine}`).toBe(world.contents.get(points.at(-1)!.id));
  expect(world.allowed(machine)).toEqual(["TestFailoverCleanup"]);
  await handler.delete(id, quiet);
  hold("bytesStay", world.hash(world.activeImage(machine)) === before, `after a drill of ${machine}`);
}

async function commit(world: World, machine: Machine): Promise<void> {
  const before = world.hash(world.activeImage(machine));
  await world.site.engine.moves.commit(world.site.itemId(machine), quiet);
  hold("bytesStay", world.hash(world.activeImage(machine)) === before, `commit of ${machine}`);
  await world.note(machine, before);
}

/** Ends a drill whose process was killed before it wrote the drill down, or after. */
async function cleanUp(world: World, machine: Machine): Promise<void> {
  const before = world.hash(world.activeImage(machine));
  const { drillId } = world.find(machine)!.details.testMachine!;
  const handler = handlerOf("drill", world.site.engine);
  await handler.create(drillInputs(world, machine), quiet);
  await handler.delete(drillId, quiet);
  expect(world.find(machine)!.testFailoverState).toBe("None");
  hold("bytesStay", world.hash(world.activeImage(machine)) === before, `after a drill of ${machine}`);
}

/** All that can be done with a machine now. */
function machineSteps(world: World, machine: Machine): Step[] {
  const step = (name: string, run: (world: World) => Promise<void>): Step => ({
    name: `${name} ${machine}`,
    machine,
    run,
  });
  if (world.find(machine) === undefined) {
    return [
      step("protect", async () => {
        // The machines of a group are protected together, and have their first cycle together.
        for (const one of world.isGrouped ? machines : [machine]) {
          if (world.find(one) !== undefined) continue;
          const digest = world.hash(world.activeImage(one));
          await protectAs(world, one);
          await world.note(one, digest);
        }
        if (world.isGrouped && world.replicates(machine)) await replicateGroup(world, machine);
      }),
    ];
  }
  const allowed = new Set(world.allowed(machine));
  const { state } = world.find(machine)!;
  const { moves } = world.site.engine;
  const id = world.site.itemId(machine);
  const steps: (Step | false)[] = [
    world.isRunning(world.activeImage(machine)) && step("write to", () => world.write(machine)),
    world.replicates(machine) && step("replicate", () => replicate(world, machine)),
    allowed.has("PlannedFailover") && step("planned failover of", () => failOver(world, machine, "planned")),
    allowed.has("UnplannedFailover") &&
      step("unplanned failover of", () => failOver(world, machine, "unplanned")),
    allowed.has("ChangePit") && step("another point for", () => changePoint(world, machine)),
    allowed.has("CancelFailover") && step("cancel", () => moves.cancel(id, quiet)),
    allowed.has("Commit") && step("commit", () => commit(world, machine)),
    allowed.has("ReverseReplicate") && step("reverse", () => reverse(world, machine)),
    ...wayBackSteps(world, machine),
    ...careSteps(world, machine),
    ...(world.random.happens(`disk accident ${machine}`, 3) ? diskAccidents(world, machine) : []),
    ...(world.random.happens(`left disks ${machine}`, 2) ? primaryAccidents(world, machine) : []),
    ...(world.isWhole && world.random.happens(`other's deed ${machine}`, 5)
      ? [...nameAccidents(world, machine), ...ownerAccidents(world, machine)]
      : []),
    allowed.has("TestFailover") && step("drill", () => drill(world, machine)),
    allowed.has("TestFailoverCleanup") && step("clean up the drill of", () => cleanUp(world, machine)),
    state === "EnablingReplication" && step("begin with", () => begin(world, machine)),
    world.isGrouped &&
      world.replicates(machine) &&
      step("group cycle of", () => replicateGroup(world, machine)),
    (state === "EnablingReplication" || (state === "Protected" && !allowed.has("TestFailoverCleanup"))) &&
      world.random.happens(`disable ${machine}`, 3) &&
      step("disable", () => world.site.engine.disableProtection(id, quiet)),
  ];
  return steps.filter((found) => found !== false);
}

/** A step at random: mostly a user's, sometimes an accident. */
export function nextStep(world: World, machines: readonly Machine[]): Step {
  const accidents = siteSteps(world, machines);
  if (accidents.length > 0 && world.random.happens("accident", 6)) return world.random.choose(accidents);
  const databases = databaseAccidents(world);
  if (databases.length > 0 && world.random.happens("database", 8)) return databases.at(-1)!;
  const targets = machines.flatMap((machine) => targetAccidents(world, machine));
  if (targets.length > 0 && world.random.happens("target", 9)) return world.random.choose(targets);
  const plans = planSteps(world);
  if (plans.length > 0 && world.random.happens("plan", 5)) return world.random.choose(plans);
  const steps = machines.flatMap((machine) => machineSteps(world, machine));
  // Without it few worlds get as far as the way back.
  const moves = steps.filter(({ name }) =>
    /^(planned|unplanned|commit|fail back|reverse|resume|run|group) /.test(name),
  );
  return world.random.choose(moves.length > 0 && world.random.happens("move", 3) ? moves : steps);
}
