import type { Step } from "./users.ts";
import type { Machine, World } from "./world.ts";

/** Accidents, and their end. */
export function siteSteps(world: World, machines: readonly Machine[]): Step[] {
  const step = (name: string, run: () => void): Step => ({
    name,
    run: async () => Promise.resolve(run()),
  });
  return [
    world.isLondonLost
      ? step("the primary site comes back", () => world.mendLondon())
      : step("the primary site is lost", () => world.loseLondon()),
    world.isLineCut
      ? step("the line is mended", () => world.setLine("up"))
      : world.random.integer(2) === 0
        ? step("the line is cut", () => world.setLine("cut"))
        : step("ports of the line are closed", () => world.setLine("port closed")),
  ].filter(() => machines.every((machine) => world.find(machine) !== undefined));
}
