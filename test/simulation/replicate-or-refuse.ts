import { checkError } from "./checks.ts";
import { contentOf } from "./note-points.ts";
import { hold, type PromiseName } from "./promises.ts";
import { type Machine, quiet, type World } from "./world.ts";

/**
 * A cycle after something happened: it is refused with a reason, or its point holds what the disks hold. Returns whether
 * it was run.
 */
export async function replicateOrRefuse(
  world: World,
  machine: Machine,
  what: string,
  promise: PromiseName = "noSilentChange",
): Promise<boolean> {
  const { engine } = world.site;
  const id = world.site.itemId(machine);
  const digest = world.hash(world.activeImage(machine));
  world.held[machine].add(digest);
  try {
    await engine.replicate(id, quiet);
  } catch (error) {
    checkError(error);
    return false;
  }
  const newest = (await engine.recoveryPoints(id)).at(-1)!;
  hold(promise, (await contentOf(world, machine, newest)) === digest, `${machine} after ${what}`);
  await world.note(machine, digest);
  return true;
}
