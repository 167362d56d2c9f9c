import { nameOf, sameId } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { policyKind } from "../kinds/policy.ts";
import { protectedItemKind } from "../kinds/protected-item.ts";
import {
  type ProtectionClusterInputs,
  protectionClusterKind as kind,
  type ProtectionClusterOutputs,
} from "../kinds/protection-cluster.ts";
import { protectionContainerKind } from "../kinds/protection-container.ts";
import type { RecoveryPlanInputs } from "../kinds/recovery-plan.ts";
import { CheckFailure, type Handler } from "./handler.ts";
import { requireOneSide } from "./moved-by-plan.ts";
import { movingHandler, requireIdle } from "./moving-handler.ts";
import { protectionClusterOutputs } from "./protection-cluster-outputs.ts";
import { known, parentReference, type SettingsKind } from "./settings-handler.ts";
import { given, said } from "../message.ts";

const list = "properties.clusterProtectedItemIds";

function itemIds(inputs: ProtectionClusterInputs): readonly string[] {
  return known(known(inputs.properties)?.clusterProtectedItemIds) ?? [];
}

/** The plan that a cluster comes to, of the machines that are known: in a preview some may not be. */
function planOf(engine: Engine, id: string, inputs: ProtectionClusterInputs): RecoveryPlanInputs {
  const clusterProtectedItemIds = itemIds(inputs).filter((itemId) => known(itemId) !== undefined);
  return engine.clusters.planOf(id, { ...inputs, properties: { clusterProtectedItemIds } });
}

function rules(inputs: ProtectionClusterInputs): CheckFailure[] {
  const properties = inputs.properties;
  if (properties !== undefined && known(properties) === undefined) return [];
  if (properties?.clusterProtectedItemIds === undefined) {
    return [new CheckFailure(list, said`is missing: the protected items that are one unit`)];
  }
  const ids = itemIds(inputs);
  return ids.flatMap((id, index) => {
    if (known(id) === undefined || ids.findIndex((other) => sameId(other, id)) === index) return [];
    const first = ids.findIndex((other) => sameId(other, id));
    const name = given(id, [`${list}[${index}]`, `${list}[${first}]`], nameOf(id));
    return [new CheckFailure(`${list}[${index}]`, said`names ${name} a second time`)];
  });
}

const settings: SettingsKind<ProtectionClusterInputs, ProtectionClusterOutputs> = {
  kind,
  withDefaults: (inputs) => ({
    ...inputs,
    failover: {
      ...(inputs.failover?.kind ? { kind: inputs.failover.kind } : {}),
      recoveryPoint: inputs.failover?.recoveryPoint ?? "latest",
      commit: inputs.failover?.commit ?? "automatic",
    },
  }),
  references: (inputs) => {
    const policyId = inputs.properties?.policyId;
    return [
      parentReference(protectionContainerKind, "protectionContainerName", inputs),
      ...(policyId === undefined
        ? []
        : [{ property: "properties.policyId", kind: policyKind, id: policyId }]),
      ...itemIds(inputs).map((id, index) => ({
        property: `${list}[${index}]`,
        kind: protectedItemKind,
        id,
      })),
    ];
  },
  rules,
  outputs: protectionClusterOutputs,
  require: (engine, id, inputs) => {
    requireIdle(engine, id);
    engine.clusters.requireUnit(id, inputs);
    const plan = { kind: kind.kind, id, inputs: planOf(engine, id, inputs) };
    requireOneSide(engine, plan, itemIds(inputs));
  },
};

/** The handler of protection clusters: settings, and where the cluster runs. */
export function protectionClusterHandler(
  engine: Engine,
): Handler<ProtectionClusterInputs, ProtectionClusterOutputs> {
  return movingHandler(engine, settings, {
    planOf: (id, inputs) => planOf(engine, id, inputs),
    prepare: (inputs, work) => engine.clusters.sharePoint(inputs, work),
  });
}
