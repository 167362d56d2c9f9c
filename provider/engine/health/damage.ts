import { relationshipOf } from "../protected-item/relationship.ts";
import type { HealthCheck, HealthFacts } from "./health-note.ts";

/** Layer files that the last verification found damaged, and that points still need. */
function damagedLayers({ replicas, item }: HealthFacts): number {
  if (replicas === undefined) return 0;
  const machine = replicas.machine(relationshipOf(item).replicaId);
  const noted = new Set(machine.damage.read());
  if (noted.size === 0) return 0;
  const present = item.details.disks.flatMap((disk) => machine.layerFiles(disk.id));
  return present.filter(({ kind, id }) => noted.has(`${id}.${kind}`)).length;
}

/** Stored objects are damaged: points that cannot be read, and what the last verification found. */
export const damageNotes: HealthCheck = (facts) => {
  const count = facts.unreadablePoints + damagedLayers(facts);
  if (count === 0) return [];
  const are = count === 1 ? "is" : "are";
  const text = `${count} of its stored objects ${are} damaged; run \`siterecovery verify\``;
  return [{ severity: "Critical", code: "ReplicaDamaged", text }];
};
