/** What an operator does beside moving machines: pauses and resumes replication, runs a job again that failed. */
import { hasCode } from "../../provider/errors.ts";
import { discardOf } from "./primary-accidents.ts";
import { hold } from "./promises.ts";
import type { Step } from "./users.ts";
import { type Machine, quiet, type World } from "./world.ts";

async function pause(world: World, machine: Machine): Promise<void> {
  const { engine, itemId } = { engine: world.site.engine, itemId: world.site.itemId(machine) };
  const before = (await engine.recoveryPoints(itemId)).length;
  await engine.pause(itemId, quiet);
  const refused: unknown = await engine.replicate(itemId, quiet).catch((error: unknown) => error);
  hold("knownErrors", /is paused since/.test(String(refused)), `${machine} replicates while it is paused`);
  const now = (await engine.recoveryPoints(itemId)).length;
  hold("pointsAreWhole", now <= before, `${machine} has a point of the time when it was paused`);
}

/** Runs the machine's last job again. It moves the machine to what the machine has held before, or is refused. */
async function restart(world: World, machine: Machine, jobId: string): Promise<void> {
  const may = new Set([...world.held[machine], world.hash(world.activeImage(machine))]);
  const { discardPrimaryChanges } = await discardOf(world, machine);
  await world.site.engine.itemJobs.restart(jobId, quiet).catch((error: unknown) => {
    // A way back that was begun before anybody knew of changes is begun again by its own command, which gives them up.
    if (discardPrimaryChanges !== true || !hasCode(error, "ActionNotAllowed")) throw error;
  });
  if (world.find(machine) === undefined) return;
  const now = world.hash(world.activeImage(machine));
  hold("bytesStay", may.has(now), `the job that was run again left ${machine} with other bytes`);
  await world.note(machine, now);
}

export function careSteps(world: World, machine: Machine): Step[] {
  const { engine } = world.site;
  const targetId = world.site.itemId(machine);
  const isPaused = world.find(machine)?.details.pausedAt !== undefined;
  const [last] = engine.jobs({ targetId, limit: 1 });
  const isStopped = last?.state === "Failed" || last?.state === "Cancelled";
  const isRunAgain = isStopped && world.allowed(machine).includes(last.scenario as never);
  const step = (name: string, run: () => Promise<unknown>): Step => ({
    name: `${name} ${machine}`,
    machine,
    run: async () => void (await run()),
  });
  return [
    ...(isPaused ? [step("resume", () => engine.resume(targetId, quiet))] : []),
    ...(world.replicates(machine) && world.random.happens(`pause ${machine}`, 6)
      ? [step("pause", () => pause(world, machine))]
      : []),
    ...(isRunAgain ? [step(`run ${last.scenario} again for`, () => restart(world, machine, last.id))] : []),
  ];
}
