import { layerFileName } from "../../replica/layers/layer-name.ts";
import { relationshipOf } from "../../model/relationship.ts";
import type { HealthCheck, HealthFacts } from "./health-note.ts";

/** Layer files that the last verification found damaged, and that points still need. */
async function damagedLayers({ replicas, item }: HealthFacts): Promise<number> {
  if (replicas === undefined) return 0;
  const machine = await replicas.machine(relationshipOf(item).replicaId);
  const noted = new Set(await machine.damage.read());
  if (noted.size === 0) return 0;
  let damaged = 0;
  for (const disk of item.details.disks) {
    const present = await machine.layerFiles(disk.id);
    damaged += present.filter((layer) => noted.has(layerFileName(layer))).length;
  }
  return damaged;
}

/** Stored objects are damaged: points that cannot be read, and what the last verification found. */
export const damageNotes: HealthCheck = async (facts) => {
  const count = facts.unreadablePoints + (await damagedLayers(facts));
  if (count === 0) return [];
  const are = count === 1 ? "is" : "are";
  const text = `${count} of its stored objects ${are} damaged; run \`siterecovery verify\``;
  return [{ severity: "Critical", code: "ReplicaDamaged", text }];
};
