import type { Lineage } from "../../model/lineage.ts";

export function isSameLineage(one: Lineage, other: Lineage): boolean {
  return one.tracker === other.tracker && one.generation === other.generation && one.logId === other.logId;
}
