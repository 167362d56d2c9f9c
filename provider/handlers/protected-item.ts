import { armIdOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { flowOf } from "../engine/flows.ts";
import type { ProtectedItem } from "../engine/protected-item/item.ts";
import { stateFacts } from "../engine/protected-item/states.ts";
import {
  type ProtectedItemInputs,
  protectedItemKind as kind,
  type ProtectedItemOutputs,
} from "../kinds/protected-item.ts";
import { checkSchema } from "./check-schema.ts";
import { compareSettings, replacedBy } from "./compare-settings.ts";
import type { CheckFailure, DiffAnswer, Handler, Live, PropertyChange, Work } from "./handler.ts";
import { describeMove, moveMachine } from "./move-machine.ts";
import { protectedItemOutputs } from "./protected-item-outputs.ts";
import { alreadyExists, goneFromEngine, known } from "./settings-handler.ts";

/** The arguments with defaults filled in. Where a machine is to run at first is the primary side. */
export function protectedItemDefaults(inputs: ProtectedItemInputs): ProtectedItemInputs {
  return {
    ...inputs,
    activeLocation: inputs.activeLocation ?? "primary",
    failover: {
      kind: inputs.failover?.kind ?? "planned",
      recoveryPoint: inputs.failover?.recoveryPoint ?? "latest",
      commit: inputs.failover?.commit ?? "automatic",
    },
  };
}

function rules(wanted: ProtectedItemInputs): CheckFailure[] {
  const details = wanted.properties?.providerSpecificDetails;
  const missing = (property: string, what: string): CheckFailure => ({
    property,
    reason: `is missing: ${what}`,
  });
  return [
    ...(wanted.properties?.policyId === undefined
      ? [missing("properties.policyId", "the replication policy that the machine follows")]
      : []),
    ...(wanted.properties?.protectableItemId === undefined
      ? [
          missing(
            "properties.protectableItemId",
            "the machine, as {container}/replicationProtectableItems/{name}",
          ),
        ]
      : []),
    ...(details?.targetStorageAccountId === undefined
      ? [
          missing(
            "properties.providerSpecificDetails.targetStorageAccountId",
            "the storage account that keeps the replica; without storage nothing can be protected (C-7)",
          ),
        ]
      : []),
    ...(known(details?.instanceType) !== undefined && !flowOf(details!.instanceType)
      ? [
          {
            property: "properties.providerSpecificDetails.instanceType",
            reason: `is "${details!.instanceType}", a flow that this version does not carry`,
          },
        ]
      : []),
  ];
}

async function diff(
  engine: Engine,
  id: string,
  last: ProtectedItemInputs,
  wanted: ProtectedItemInputs,
): Promise<DiffAnswer> {
  const settings = engine.findThing<ProtectedItemInputs>(id);
  const item = engine.findItem(id);
  if (!settings || !item) return goneFromEngine(kind, id);
  const [wantedFull, lastFull] = [protectedItemDefaults(wanted), protectedItemDefaults(last)];
  // The place where a machine runs is never compared with live: only a change of the program's own text counts.
  const live = { ...settings.inputs, activeLocation: lastFull.activeLocation };
  const changes = compareSettings(kind, wantedFull, live, lastFull);
  return {
    changes: engine.initialReplicationIsDue(id) ? [...changes, unfinished(item)] : changes,
    replaces: replacedBy(changes, kind.immutable),
    notices: describeMove(item, lastFull, wantedFull),
  };
}

/** An initial replication that was cut short, or whose time has come, is drift: an update finishes it. */
function unfinished(item: ProtectedItem): PropertyChange {
  const from = stateFacts[item.state].protectionState;
  return { property: "properties.protectionState", from, to: "Protected", cause: "drift" };
}

/** The handler of protected items: settings, and where the machine runs. */
export function protectedItemHandler(engine: Engine): Handler<ProtectedItemInputs, ProtectedItemOutputs> {
  const live = async (id: string): Promise<Live<ProtectedItemInputs, ProtectedItemOutputs>> => ({
    id,
    inputs: engine.findThing<ProtectedItemInputs>(id)!.inputs,
    outputs: await protectedItemOutputs(engine, id),
  });
  const ensure = async (
    id: string,
    last: ProtectedItemInputs,
    wanted: ProtectedItemInputs,
    work: Work,
  ): Promise<Live<ProtectedItemInputs, ProtectedItemOutputs>> => {
    await engine.enableProtection(id, wanted, work);
    await moveMachine(engine, id, { last, wanted }, work);
    return live(id);
  };
  return {
    kind,
    check: async (wanted) => {
      const failures = checkSchema(kind.kind, wanted);
      return failures.length > 0 ? failures : rules(wanted);
    },
    diff: (id, last, wanted) => diff(engine, id, last, wanted),
    read: async (id) => (engine.findItem(id) ? live(id) : undefined),
    create: async (wanted, work) => {
      const full = protectedItemDefaults(wanted);
      const id = armIdOf(kind, full);
      const found = engine.findThing<ProtectedItemInputs>(id);
      const changes = found ? compareSettings(kind, full, found.inputs, found.inputs) : [];
      if (changes.length > 0 && engine.findItem(id)?.state !== "EnablingReplication") {
        throw alreadyExists(kind, id, changes[0]!.property);
      }
      return ensure(id, { ...full, activeLocation: "primary" }, full, work);
    },
    update: (id, last, wanted, work) =>
      ensure(id, protectedItemDefaults(last), protectedItemDefaults(wanted), work),
    delete: async (id, work) => {
      if (engine.findItem(id)) await engine.disableProtection(id, work);
    },
  };
}
