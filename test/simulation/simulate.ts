import { freezeDuring, killDuring, rival } from "./accidents.ts";
import { checkError, checkWorld } from "./checks.ts";
import { BrokenPromise, hold, type PromiseName } from "./promises.ts";
import { nextStep } from "./users.ts";
import type { TraceLine } from "./trace-line.ts";
import { machines, World } from "./world.ts";

/** So long do users and accidents go on. */
const turnsMax = 14;

export interface Simulation {
  readonly seed: number;
  /** The turns that are taken, of those that there are; all without it. */
  readonly turns?: readonly number[];
}

export interface Outcome {
  readonly seed: number;
  readonly turns: readonly number[];
  readonly trace: readonly TraceLine[];
  /** What went wrong in the last of the turns. */
  readonly failure?: { readonly promise: PromiseName | "unforeseen"; readonly error: Error };
}

async function takeTurn(world: World): Promise<void> {
  world.clock.advance(1000 * world.random.integer(600));
  const chance = world.random.integer(10);
  if (chance === 0) await (world.random.integer(3) === 0 ? freezeDuring(world) : rival(world));
  checkWorld(world);
  // A cycle of one machine of a group is one of the others as well.
  // They are out of reach while the site is lost that they are kept at.
  if (world.lost.areNone) {
    for (const machine of machines) await world.note(machine, world.hash(world.activeImage(machine)));
  }
  const step = nextStep(world, machines);
  try {
    if (chance > 6 && step.machine) await killDuring(world, step);
    else await step.run(world);
    world.tell(step.name);
  } catch (error) {
    if (error instanceof BrokenPromise) world.tell(step.name);
    // With a site or the line gone much is refused; a user's step at a sound site must not be.
    const refused = checkError(error);
    world.tell(`${step.name}: ${refused.code}`);
    if (world.isWhole) throw error;
    // What checks several things before it begins is refused for the first reason, in that one's words.
    const isExplained =
      refused.code === "SourceUnreachable" ||
      refused.code === "TargetUnreachable" ||
      /cannot be reached|can be reached/.test(refused.message);
    hold("knownErrors", isExplained, `${step.name} ended in ${refused.code}: ${refused.message}`);
  }
  checkWorld(world);
}

/** Runs one world from its seed, to its end or to what a check found. */
export async function simulate({ seed, turns }: Simulation): Promise<Outcome> {
  const world = await World.make(seed);
  const taken: number[] = [];
  try {
    for (const turn of turns ?? Array.from({ length: turnsMax }, (_, index) => index + 1)) {
      taken.push(turn);
      world.begin(turn);
      await takeTurn(world);
    }
    return { seed, turns: taken, trace: world.trace };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const promise = error instanceof BrokenPromise ? error.promise : "unforeseen";
    return { seed, turns: taken, trace: world.trace, failure: { promise, error } };
  } finally {
    world.remove();
  }
}
