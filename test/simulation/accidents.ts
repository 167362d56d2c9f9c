/** Steps during which a process is killed, or which two processes take at once. */
import fs from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { Engine } from "../../provider/engine/engine.ts";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { leaseMilliseconds } from "../../provider/store/lease-row.ts";
import { checkError } from "./checks.ts";
import { killLeases } from "./kill-leases.ts";
import type { MortalProcess } from "./mortal-process.ts";
import { hold } from "./promises.ts";
import type { Step } from "./users.ts";
import { type Machine, machines, quiet, type World } from "./world.ts";

/** A kill is early, in the middle, or late in a step of some hundred calls. */
const lastCalls = [10, 60, 400];

/** States of a job that somebody has still to end. */
const openStates: ReadonlySet<string> = new Set(["NotStarted", "InProgress"]);

type Digests = Map<Machine, Set<string>>;

/** What each machine may hold when a move of it was cut short: what it holds now, what it may be moved back or on to. */
export function digestsOf(world: World, moved: (machine: Machine) => boolean): Digests {
  const possible = (machine: Machine): Set<string> => {
    const now = world.hash(world.activeImage(machine));
    if (!moved(machine)) return new Set([now]);
    const primary = world.primaryImage(machine);
    return new Set([now, ...(fs.existsSync(primary) ? [world.hash(primary)] : []), ...world.held[machine]]);
  };
  return new Map(machines.map((machine) => [machine, possible(machine)]));
}

export async function tolerate(world: World, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (world.process.isDead) return;
    checkError(error);
  }
}

/** The next command on an item finishes or rolls back what a killed process left, however often that is killed itself. */
export async function takeUp(world: World, before: Digests): Promise<void> {
  for (const machine of machines) {
    const targetId = world.site.itemId(machine);
    for (let kills = world.random.integer(3); kills >= 0; kills -= 1) {
      const isLeft = world.site.engine
        .jobs({ targetId, limit: 5 })
        .some(({ state }) => openStates.has(state));
      if (!isLeft) break;
      world.process.killAt(kills > 0 ? 1 + world.random.integer(world.pick(lastCalls)) : undefined);
      await tolerate(world, () => world.site.engine.replicate(targetId, quiet));
      world.tell(`take up what was left of ${machine}${world.process.isDead ? ", killed again" : ""}`);
      if (world.process.isDead) await world.restart();
      world.process.killAt();
    }
    const now = world.hash(world.activeImage(machine));
    hold("bytesStay", before.get(machine)!.has(now), `${machine} holds what it never did`);
    await tolerate(world, () => world.note(machine, now));
  }
}

/** A step whose process is killed at some call, unless the step has ended before. */
export async function killDuring(world: World, step: Step): Promise<void> {
  const loses = /unplanned|another point|cancel|again/.test(step.name);
  const before = digestsOf(world, (machine) => loses && machine === step.machine);
  const { process } = world;
  process.killAt(1 + world.random.integer(world.pick(lastCalls)));
  try {
    await step.run(world);
  } catch (error) {
    if (!process.isDead) throw error;
  } finally {
    if (!process.isDead) process.killAt();
  }
  if (!process.isDead) return;
  world.tell(`the process was killed at call ${process.calls}`);
  await world.restart();
  await takeUp(world, before);
}

interface Act {
  readonly name: string;
  readonly itemId: string;
  /** Whether it is a job when it succeeds. */
  readonly isJob: boolean;
  run(engine: Engine): Promise<unknown>;
}

/** What may be done with a machine by whoever comes first. */
export function actsOf(world: World, machine: Machine): Act[] {
  if (world.find(machine) === undefined) return [];
  const id = world.site.itemId(machine);
  const job = (name: string, run: Act["run"]): Act => ({
    name: `${name} ${machine}`,
    itemId: id,
    isJob: true,
    run,
  });
  const latest = "latest";
  const byAction: Record<string, Act> = {
    PlannedFailover: job("planned failover of", ({ moves }) =>
      moves.failover(id, { kind: "planned", recoveryPoint: latest }, quiet),
    ),
    UnplannedFailover: job("unplanned failover of", ({ moves }) =>
      moves.failover(id, { kind: "unplanned", recoveryPoint: latest }, quiet),
    ),
    CancelFailover: job("cancel", ({ moves }) => moves.cancel(id, quiet)),
    Commit: job("commit", ({ moves }) => moves.commit(id, quiet)),
    Failback: job("fail back", ({ moves }) => moves.failback(id, quiet)),
    ReverseReplicate: job("reverse", ({ moves }) => moves.reverseReplicate(id, quiet)),
  };
  const acts = world.allowed(machine).flatMap((action) => byAction[action] ?? []);
  const cycle: Act = {
    name: `replicate ${machine}`,
    itemId: id,
    isJob: false,
    run: (engine) => engine.replicate(id, quiet),
  };
  return world.replicates(machine) ? [...acts, cycle] : acts;
}

function stopOf(world: World, { name, itemId }: Act): Act {
  const looksMax = 1 + world.random.integer(200);
  return {
    name: `stop the ${name}`,
    itemId,
    isJob: false,
    run: (engine) => stopJob(engine, itemId, looksMax),
  };
}

/** Asks the job of a machine to stop, some time after there is one; there may be none. */
async function stopJob(engine: Engine, targetId: string, looksMax: number): Promise<void> {
  for (let looks = 0; looks < looksMax; looks += 1) {
    const job = engine.jobs({ targetId, limit: 1 }).find(({ state }) => openStates.has(state));
    if (job) return void (await engine.itemJobs.cancel(job.id, quiet));
    await setImmediate();
  }
}

function succeededJobs(world: World): number {
  return world.site.engine.jobs({ limit: 1000 }).filter(({ state }) => state === "Succeeded").length;
}

/** Two processes do something at once, often the same; one of them may be killed meanwhile. */
export async function rival(world: World): Promise<void> {
  const acts = machines.flatMap((machine) => actsOf(world, machine));
  if (acts.length === 0) return;
  const first = world.random.choose(acts);
  const second = world.pick([first, first, world.pick(acts), stopOf(world, first)]);
  const before = digestsOf(world, () => true);
  const jobsBefore = succeededJobs(world);
  const other = await world.startProcess();
  const { process } = world;
  if (world.random.integer(2) === 0) other.killAt(1 + world.random.integer(world.pick(lastCalls)));
  const outcomes = await Promise.allSettled([first.run(process.engine), second.run(other.engine)]);
  const ends = outcomes.map((outcome, index) =>
    outcome.status === "fulfilled" ? "done" : endOf(world, index === 1 && other.isDead, outcome.reason),
  );
  world.tell(`at once: ${first.name} (${ends[0]}), ${second.name} (${ends[1]})`);
  await leave(world, other);
  await takeUp(world, before);
  if (ends.includes("killed")) return;
  const done = [first, second].filter((act, index) => act.isJob && ends[index] === "done").length;
  const ended = succeededJobs(world) - jobsBefore;
  hold("runsOnce", ended === done, `${ended} jobs ended well, and ${done} of those who asked were told so`);
}

/**
 * A process is stopped in the midst of an act. Its lease runs out, another process takes the work over, and only then
 * does the first one wake up.
 */
export async function freezeDuring(world: World): Promise<void> {
  const acts = machines.flatMap((machine) => actsOf(world, machine));
  if (acts.length === 0) return;
  const first = world.random.choose(acts);
  const before = digestsOf(world, () => true);
  const { process } = world;
  const frozen = process.freezeAt(1 + world.random.integer(world.pick(lastCalls)));
  const outcome = first.run(process.engine).then(
    () => "done",
    (error: unknown) => (error instanceof SiteRecoveryError ? error.code : `${String(error)}`),
  );
  const isFrozen =
    (await Promise.race([frozen.then(() => true), outcome.then(() => false)])) && !process.isAwake;
  if (!isFrozen) {
    process.thaw();
    world.tell(`${first.name} (${await outcome}) ended before it was frozen`);
    await world.restart();
    return takeUp(world, before);
  }
  killLeases(world.site.folder, "frozen-box");
  world.clock.advance(leaseMilliseconds);
  const other = await world.startProcess();
  // What is true is what a process sees that is awake: the frozen one may hold what it read before.
  world.site.useEngine(other.engine);
  const second = await other.engine.replicate(first.itemId, quiet).then(
    () => "done",
    (error: unknown) => checkError(error).code,
  );
  const contentOf = (image: string): string => (fs.existsSync(image) ? world.hash(image) : "absent");
  const image = (): string => machines.map((machine) => contentOf(world.activeImage(machine))).join();
  const [digests, jobs] = [image(), succeededJobs(world)];
  process.thaw();
  const end = await outcome;
  world.tell(`${first.name} (${end}) was frozen, and another process went on (${second})`);
  const hasChanged = image() !== digests || succeededJobs(world) !== jobs;
  hold("wokenChangesNothing", second === "Busy" || !hasChanged, `${first.name} (${end}) after it woke up`);
  await leave(world, other);
  await takeUp(world, before);
}

async function leave(world: World, other: MortalProcess): Promise<void> {
  if (!other.isDead) other.engine.close();
  world.process.engine.close();
  await world.restart();
}

function endOf(world: World, isDead: boolean, reason: unknown): string {
  if (isDead) return "killed";
  const { code } = checkError(reason);
  if (world.isWhole) {
    hold("knownErrors", ["Busy", "ActionNotAllowed", "Cancelled"].includes(code), String(reason));
  }
  return code;
}
