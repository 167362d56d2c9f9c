import path from "node:path";
import type { RecoveryPoint } from "../../provider/replica/replica-store.ts";
import { hashOf, quiet } from "../engine/fixture.ts";
import { digestOf } from "./machine-disks.ts";
import { hold } from "./promises.ts";
import type { Machine, World } from "./world.ts";

/** What a recovery point holds, on all of its disks. */
export async function contentOf(
  { site }: World,
  machine: Machine,
  { id, disks }: Pick<RecoveryPoint, "id" | "disks">,
): Promise<string> {
  const toPath = path.join(site.folder, "point.img");
  const hashes: string[] = [];
  for (const { diskId } of [...disks].sort((one, other) => (one.diskId < other.diskId ? 1 : -1))) {
    const wanted = { itemId: site.itemId(machine), recoveryPoint: id, diskId, toPath, overwrite: true };
    await site.engine.points.export(wanted, quiet);
    hashes.push(hashOf(toPath));
  }
  return digestOf(hashes);
}

/**
 * Notes what the points that are new hold. Each must be what the machine's disks held at some step: a point that mixes
 * two instants, or is of another machine, is none of those.
 */
export async function notePoints(world: World, machine: Machine): Promise<void> {
  const { site, held, contents } = world;
  for (const point of await site.engine.recoveryPoints(site.itemId(machine))) {
    if (contents.has(point.id)) continue;
    const content = await contentOf(world, machine, point);
    hold("pointsAreWhole", held[machine].has(content), `one of ${machine} holds what its disks never did`);
    contents.set(point.id, content);
  }
}
