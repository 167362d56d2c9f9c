import { nameOf, sameId } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { flows } from "../engine/flows.ts";
import { allowedActions } from "../engine/protected-item/allowed-actions.ts";
import type { CheckFailure } from "./handler.ts";
import { fabricKind } from "../kinds/fabric.ts";
import { microsoftAzure } from "../kinds/kind.ts";
import { protectedItemKind } from "../kinds/protected-item.ts";
import {
  type RecoveryPlanGroup,
  type RecoveryPlanInputs,
  recoveryPlanKind,
  type RecoveryPlanOutputs,
} from "../kinds/recovery-plan.ts";
import { vaultReference } from "./fabric.ts";
import { known, type Reference, type SettingsKind } from "./settings-handler.ts";

/** A plan holds at most so many groups and machines (published limits, 2025 and 2020). */
const groupsMax = 7;
const machinesMax = 100;

interface PlanItem {
  readonly property: string;
  readonly id: string;
}

function itemsOf(inputs: RecoveryPlanInputs): PlanItem[] {
  return inputs.properties.groups.flatMap((group, groupIndex) =>
    (group.replicationProtectedItems ?? []).flatMap((item, index) => {
      const id = known(item.id);
      const property = `properties.groups[${groupIndex}].replicationProtectedItems[${index}].id`;
      return id === undefined ? [] : [{ property, id }];
    }),
  );
}

/** The groups as the service keeps them: Shutdown and Failover stand in front of the Boot groups. */
export function completeGroups(groups: readonly RecoveryPlanGroup[]): RecoveryPlanGroup[] {
  const ofType = (type: string): RecoveryPlanGroup[] => groups.filter((group) => group.groupType === type);
  const orEmpty = (type: string): RecoveryPlanGroup[] => {
    const found = ofType(type);
    return found.length > 0 ? found : [{ groupType: type, replicationProtectedItems: [] }];
  };
  return [...orEmpty("Shutdown"), ...orEmpty("Failover"), ...ofType("Boot")];
}

function rules(inputs: RecoveryPlanInputs): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const { groups } = inputs.properties;
  const items = itemsOf(inputs);
  for (const [index, item] of items.entries()) {
    if (items.findIndex((other) => sameId(other.id, item.id)) === index) continue;
    const reason = `names ${nameOf(item.id)} a second time; a machine belongs to one group of a plan`;
    failures.push({ property: item.property, reason });
  }
  if (!groups.some((group) => group.groupType === "Boot")) {
    const reason = "has no Boot group; a plan needs at least one, with the machines to start";
    failures.push({ property: "properties.groups", reason });
  }
  if (completeGroups(groups).length - 2 > groupsMax) {
    const reason = `has ${groups.length} groups; a plan holds at most ${groupsMax} Boot groups`;
    failures.push({ property: "properties.groups", reason });
  }
  if (items.length > machinesMax) {
    const reason = `has ${items.length} machines; a plan holds at most ${machinesMax}`;
    failures.push({ property: "properties.groups", reason });
  }
  return failures;
}

function references(inputs: RecoveryPlanInputs): Reference[] {
  const { primaryFabricId, recoveryFabricId } = inputs.properties;
  return [
    vaultReference(inputs),
    { property: "properties.primaryFabricId", kind: fabricKind, id: primaryFabricId },
    ...(recoveryFabricId === microsoftAzure
      ? []
      : [{ property: "properties.recoveryFabricId", kind: fabricKind, id: recoveryFabricId }]),
    ...itemsOf(inputs).map((item) => ({ ...item, kind: protectedItemKind })),
  ];
}

/** The operations that each of the plan's machines allows now. */
function allowedOnAll(engine: Engine, inputs: RecoveryPlanInputs): string[] {
  const [first = [], ...others] = itemsOf(inputs).map(({ id }): string[] => {
    const item = engine.findItem(id);
    return item ? allowedActions(item) : [];
  });
  return first.filter((action) => others.every((actions) => actions.includes(action)));
}

export const recoveryPlanSettings: SettingsKind<RecoveryPlanInputs, RecoveryPlanOutputs> = {
  kind: recoveryPlanKind,
  withDefaults: (inputs) => ({
    ...inputs,
    properties: {
      ...inputs.properties,
      failoverDeploymentModel: inputs.properties.failoverDeploymentModel ?? "ResourceManager",
    },
  }),
  references,
  rules,
  outputs: (engine, id, inputs) => ({
    name: nameOf(id),
    type: recoveryPlanKind.armType,
    properties: {
      friendlyName: nameOf(id),
      primaryFabricId: inputs.properties.primaryFabricId,
      recoveryFabricId: inputs.properties.recoveryFabricId,
      failoverDeploymentModel: inputs.properties.failoverDeploymentModel ?? "ResourceManager",
      replicationProviders: [flows.S3.instanceType],
      allowedOperations: allowedOnAll(engine, inputs),
      groups: completeGroups(inputs.properties.groups),
    },
  }),
};
