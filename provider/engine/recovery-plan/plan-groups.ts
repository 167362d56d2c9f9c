/** A plan's groups as the service keeps them, and the names that people know them by. */
import type { RecoveryPlanGroup, RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";

/** Shutdown and Failover stand in front of the Boot groups; they are added, empty, where the program left them out. */
export function completeGroups(groups: readonly RecoveryPlanGroup[]): RecoveryPlanGroup[] {
  const ofType = (type: string): RecoveryPlanGroup[] => groups.filter((group) => group.groupType === type);
  const orEmpty = (type: string): RecoveryPlanGroup[] => {
    const found = ofType(type);
    return found.length > 0 ? found : [{ groupType: type, replicationProtectedItems: [] }];
  };
  return [...orEmpty("Shutdown"), ...orEmpty("Failover"), ...ofType("Boot")];
}

/** A group with the name that people know it by: `Shutdown`, `Failover`, `Group 1`, `Group 2`. */
export interface NamedGroup {
  readonly name: string;
  readonly group: RecoveryPlanGroup;
  readonly itemIds: readonly string[];
}

export function namedGroups(inputs: RecoveryPlanInputs): NamedGroup[] {
  let bootCount = 0;
  return completeGroups(inputs.properties.groups).map((group) => ({
    name: group.groupType === "Boot" ? `Group ${(bootCount += 1)}` : group.groupType,
    group,
    itemIds: (group.replicationProtectedItems ?? []).flatMap(({ id }) => id ?? []),
  }));
}

/** The plan's machines in the order of their groups. */
export function itemIdsOf(inputs: RecoveryPlanInputs): string[] {
  return namedGroups(inputs).flatMap(({ itemIds }) => itemIds);
}
