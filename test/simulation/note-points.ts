import path from "node:path";
import { hashOf, quiet } from "../engine/fixture.ts";
import { hold } from "./promises.ts";
import type { Machine, World } from "./world.ts";

/**
 * Notes what the points that are new hold. Each must be what the machine's disk held at some step: a point that mixes
 * two instants, or is of another machine, is none of those.
 */
export async function notePoints({ site, held, contents }: World, machine: Machine): Promise<void> {
  const itemId = site.itemId(machine);
  for (const { id } of await site.engine.recoveryPoints(itemId)) {
    if (contents.has(id)) continue;
    const toPath = path.join(site.folder, "point.img");
    await site.engine.points.export({ itemId, recoveryPoint: id, toPath, overwrite: true }, quiet);
    const content = hashOf(toPath);
    hold("pointsAreWhole", held[machine].has(content), `one of ${machine} holds what its disk never did`);
    contents.set(id, content);
  }
}
