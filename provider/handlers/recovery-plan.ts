import path from "node:path";
import { nameOf, sameId } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { fabricKind } from "../kinds/fabric.ts";
import { microsoftAzure } from "../kinds/kind.ts";
import { protectedItemKind } from "../kinds/protected-item.ts";
import {
  type RecoveryPlanAction,
  type RecoveryPlanInputs,
  recoveryPlanKind as kind,
  type RecoveryPlanOutputs,
} from "../kinds/recovery-plan.ts";
import { projectFolder } from "../project-folder.ts";
import { vaultReference } from "./fabric.ts";
import { CheckFailure, type Handler } from "./handler.ts";
import { requireOneSide } from "./moved-by-plan.ts";
import { movingHandler, requireIdle } from "./moving-handler.ts";
import { recoveryPlanOutputs } from "./recovery-plan-outputs.ts";
import { known, type Reference, type SettingsKind } from "./settings-handler.ts";
import { figure } from "../rules/limits.ts";
import { given, plain, said } from "../message.ts";

/** The most groups and machines of a plan (published limits, 2025 and 2020). */
const groupsMax = figure("planGroups");
const machinesMax = figure("planMachines");

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

function rules(inputs: RecoveryPlanInputs): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const { groups } = inputs.properties;
  const items = itemsOf(inputs);
  for (const [index, item] of items.entries()) {
    const first = items.findIndex((other) => sameId(other.id, item.id));
    if (first === index) continue;
    const name = given(item.id, [item.property, items[first]!.property], nameOf(item.id));
    const reason = said`names ${name} a second time; a machine belongs to one group of a plan`;
    failures.push(new CheckFailure(item.property, reason));
  }
  if (!groups.some((group) => group.groupType === "Boot")) {
    const reason = said`has no Boot group; a plan needs at least one, with the machines to start`;
    failures.push(new CheckFailure("properties.groups", reason));
  }
  if (groups.filter((group) => group.groupType === "Boot").length > groupsMax) {
    const reason = said`has ${given(groups.length, "properties.groups")} groups; a plan holds at most ${plain(String(groupsMax))} Boot groups`;
    failures.push(new CheckFailure("properties.groups", reason));
  }
  if (items.length > machinesMax) {
    const reason = said`has ${given(items.length, "properties.groups")} machines; a plan holds at most ${plain(String(machinesMax))}`;
    failures.push(new CheckFailure("properties.groups", reason));
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

/** Paths of scripts count from the project's folder, whatever folder the run is in. */
function withPaths(actions: readonly RecoveryPlanAction[]): RecoveryPlanAction[] {
  return actions.map((action) => {
    const { customDetails } = action;
    if (customDetails.instanceType !== "ScriptActionDetails" || known(customDetails.path) === undefined)
      return action;
    const file = path.resolve(projectFolder(), customDetails.path);
    return { ...action, customDetails: { ...customDetails, path: file } };
  });
}

function withDefaults(inputs: RecoveryPlanInputs): RecoveryPlanInputs {
  const { properties, failover } = inputs;
  const groups = properties.groups.map(({ startGroupActions: start, endGroupActions: end, ...group }) => ({
    ...group,
    ...(start ? { startGroupActions: withPaths(start) } : {}),
    ...(end ? { endGroupActions: withPaths(end) } : {}),
  }));
  return {
    ...inputs,
    properties: {
      ...properties,
      failoverDeploymentModel: properties.failoverDeploymentModel ?? "ResourceManager",
      groups,
    },
    failover: {
      ...(failover?.kind ? { kind: failover.kind } : {}),
      recoveryPoint: failover?.recoveryPoint ?? "latest",
      commit: failover?.commit ?? "automatic",
    },
  };
}

const settings: SettingsKind<RecoveryPlanInputs, RecoveryPlanOutputs> = {
  kind,
  withDefaults,
  references,
  rules,
  outputs: recoveryPlanOutputs,
  require: (engine, id, inputs) => {
    requireIdle(engine, id);
    requireOneSide(
      engine,
      { kind: kind.kind, id, inputs },
      itemsOf(inputs).map((item) => item.id),
    );
  },
};

/** The handler of recovery plans: settings, and where the plan's machines run. */
export function recoveryPlanHandler(engine: Engine): Handler<RecoveryPlanInputs, RecoveryPlanOutputs> {
  return movingHandler(engine, settings, { planOf: (_id, inputs) => inputs });
}
