import { killDuring, rival } from "./accidents.ts";
import { checkError, checkWorld } from "./checks.ts";
import { nextStep } from "./users.ts";
import { machines, World } from "./world.ts";

/** So long do users and accidents go on. */
const stepsMax = 14;

/** Runs one world from its seed. Throws what a check found, with the steps that led there. Returns the steps. */
export async function simulate(seed: number): Promise<readonly string[]> {
  const world = await World.make(seed);
  try {
    for (let count = 0; count < stepsMax; count += 1) {
      world.clock.advance(1000 * world.random.integer(600));
      const chance = world.random.integer(10);
      if (chance === 0) await rival(world);
      checkWorld(world);
      // A cycle of one machine of a group is one of the others as well.
      // After a reversal they are at the primary site, and out of reach while that is lost.
      if (!world.isLondonLost) {
        for (const machine of machines) await world.note(machine, world.hash(world.activeImage(machine)));
      }
      const step = nextStep(world, machines);
      try {
        if (chance > 6 && step.machine) await killDuring(world, step);
        else await step.run(world);
        world.trace.push(step.name);
      } catch (error) {
        // With a site or the line gone much is refused; a user's step at a sound site must not be.
        const refused = checkError(error);
        world.trace.push(`${step.name}: ${refused.code}`);
        if (!world.isLondonLost && !world.isLineCut) throw error;
      }
      checkWorld(world);
    }
    return world.trace;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const replay = `Replay it: npm run simulate -- --seed ${seed}`;
    throw new Error(`seed ${seed}: ${message}\n  ${world.trace.join("\n  ")}\n${replay}`, { cause: error });
  } finally {
    if (world.isLondonLost) world.mendLondon();
    world.remove();
  }
}
