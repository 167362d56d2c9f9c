import type { SiteName } from "./lost-sites.ts";
import type { Step } from "./users.ts";
import type { Machine, World } from "./world.ts";

/** Accidents, and their end. */
export function siteSteps(world: World, machines: readonly Machine[]): Step[] {
  const step = (name: string, run: () => Promise<void> | void): Step => ({
    name,
    run: async () => {
      await run();
    },
  });
  const site = (name: SiteName, text: string): Step =>
    world.lost.has(name)
      ? step(`${text} comes back`, () => world.lost.mend(name))
      : step(`${text} is lost`, () => world.lost.lose(name));
  return [
    // A host is lost by itself while others of its site answer.
    ...(world.lost.has("host") || world.lost.has("spare") ? [] : [site("london", "the primary site")]),
    ...(world.lost.has("london") ? [] : [site("host", "the primary host"), site("spare", "the spare host")]),
    ...(world.site.ids.has("second fabric") ? [site("paris", "the second site")] : []),
    world.isLineCut
      ? step("the line is mended", () => world.setLine("up"))
      : world.random.happens("cut", 2)
        ? step("the line is cut", () => world.setLine("cut"))
        : step("ports of the line are closed", () => world.setLine("port closed")),
  ].filter(() => machines.every((machine) => world.find(machine) !== undefined));
}
