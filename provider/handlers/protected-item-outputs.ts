/** What a protected item puts out, in the names and values of Azure's API. */
import { nameOf, parentOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { flows } from "../model/flows.ts";
import { runsFrom } from "../model/runs-from.ts";
import { stateFacts } from "../model/states.ts";
import {
  type ProtectedItemInputs,
  protectedItemKind,
  type ProtectedItemOutputs,
} from "../kinds/protected-item.ts";
import { hardwareOutputs } from "./hardware-outputs.ts";
import { runsFromOutputs } from "./runs-from-outputs.ts";

export async function protectedItemOutputs(engine: Engine, id: string): Promise<ProtectedItemOutputs> {
  const view = await engine.viewItem(id);
  const from = runsFrom(view.item);
  const { properties } = engine.findThing<ProtectedItemInputs>(id)!.inputs;
  const facts = stateFacts[view.item.state];
  const policyId = properties?.policyId ?? "";
  return {
    name: nameOf(id),
    type: protectedItemKind.armType,
    activeLocation: view.item.activeLocation,
    ...(from ? { runsFrom: runsFromOutputs(from) } : {}),
    properties: {
      friendlyName: view.item.details.machineName,
      protectedItemType: flows[view.item.details.flow].protectedItemType,
      protectableItemId: properties?.protectableItemId ?? "",
      protectionState: facts.protectionState,
      protectionStateDescription: facts.description,
      activeLocation: view.item.activeLocation === "primary" ? "Primary" : "Recovery",
      testFailoverState: view.item.testFailoverState,
      allowedOperations: [...view.allowedOperations],
      replicationHealth: view.replicationHealth,
      failoverHealth: view.failoverHealth,
      policyId,
      policyFriendlyName: nameOf(policyId),
      primaryFabricFriendlyName: nameOf(parentOf(parentOf(id))),
      recoveryFabricFriendlyName: view.recoverySideName,
      hardware: hardwareOutputs(view.item.details),
    },
  };
}
