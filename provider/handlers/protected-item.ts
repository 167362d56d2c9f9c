import { armIdOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { type FailoverKind, flowsOf } from "../model/flows.ts";
import type { ProtectedItem } from "../model/item.ts";
import { stateFacts } from "../model/states.ts";
import {
  type ProtectedItemInputs,
  protectedItemKind as kind,
  type ProtectedItemOutputs,
} from "../kinds/protected-item.ts";
import { checkSchema } from "./check-schema.ts";
import { compareSettings, replacedBy } from "./compare-settings.ts";
import {
  CheckFailure,
  type DiffAnswer,
  type Handler,
  type Live,
  type PropertyChange,
  type Work,
} from "./handler.ts";
import { hardwareChanges } from "./hardware-outputs.ts";
import { announceFirstMove, announceMove, moveMachine } from "./move-machine.ts";
import { movingPlan, planNotices, requireNoMoveOfItsOwn } from "./moved-by-plan.ts";
import { protectedItemOutputs } from "./protected-item-outputs.ts";
import { alreadyExists, goneFromEngine, known } from "./settings-handler.ts";
import { sourceNotices } from "./source-notices.ts";
import { given, plain, said, suggestion } from "../message.ts";

const typeProperty = "properties.providerSpecificDetails.instanceType";

/** The instance type of an item; one without settings of its own is Hyper-V to a second VMM site. */
function instanceTypeOf(inputs: ProtectedItemInputs): string {
  return inputs.properties?.providerSpecificDetails?.instanceType ?? "HyperVReplica2012R2";
}

/** The failovers of an item's flows; all while its instance type is not known. */
function failoverKindsOf(inputs: ProtectedItemInputs): readonly FailoverKind[] {
  return flowsOf(instanceTypeOf(inputs))[0]?.failoverKinds ?? ["planned", "unplanned"];
}

/**
 * The arguments with defaults filled in. A side that the program does not name stays unnamed: a recovery plan may
 * say it for the machine; else it is the primary one.
 */
export function protectedItemDefaults(inputs: ProtectedItemInputs): ProtectedItemInputs {
  return {
    ...inputs,
    failover: {
      ...inputs.failover,
      kind: inputs.failover?.kind ?? failoverKindsOf(inputs)[0]!,
      recoveryPoint: inputs.failover?.recoveryPoint ?? "latest",
      commit: inputs.failover?.commit ?? "automatic",
    },
  };
}

/** Arguments that nothing can be protected without, and what each is. */
function missingArguments(wanted: ProtectedItemInputs): CheckFailure[] {
  const settings = wanted.properties?.providerSpecificDetails;
  const storage =
    "the storage account that keeps the replica; without storage nothing can be protected (C-7)";
  const needed: readonly [string, unknown, string][] = [
    ["policyId", wanted.properties?.policyId, "the replication policy that the machine follows"],
    [
      "protectableItemId",
      wanted.properties?.protectableItemId,
      "the machine, as {container}/replicationProtectableItems/{name}",
    ],
    ...(settings?.instanceType === "HyperVReplicaAzure"
      ? [
          [
            "providerSpecificDetails.targetStorageAccountId",
            settings.targetStorageAccountId,
            storage,
          ] as const,
        ]
      : []),
    ...(settings?.instanceType === "InMageAzureV2"
      ? [["providerSpecificDetails.storageAccountId", settings.storageAccountId, storage] as const]
      : []),
  ].map(([property, value, what]) => [property as string, value, what as string]);
  return needed
    .filter(([, value]) => value === undefined)
    .map(
      ([property, , what]) => new CheckFailure(`properties.${property}`, said`is missing: ${plain(what)}`),
    );
}

/** One place for one thing: machines that send to a process server in Azure too name it in their settings. */
function misplacedProcessServer(wanted: ProtectedItemInputs): CheckFailure[] {
  const type = instanceTypeOf(wanted);
  if (wanted.processServerId === undefined || !type.startsWith("InMage")) return [];
  const reason = said`belongs in properties.providerSpecificDetails for ${given(type, typeProperty, type)}; move it there`;
  return [new CheckFailure("processServerId", reason)];
}

function rules(wanted: ProtectedItemInputs): CheckFailure[] {
  const kind = known(wanted.failover?.kind);
  const kinds = failoverKindsOf(wanted);
  const failures = [...missingArguments(wanted), ...misplacedProcessServer(wanted)];
  if (kind === undefined || kinds.includes(kind)) return failures;
  const { title } = flowsOf(instanceTypeOf(wanted))[0]!;
  const legal = said`${plain(title)} knows only an ${plain(kinds.join(" or "))} failover (V2F-1).`;
  const flow = suggestion(typeProperty, legal);
  const reason = said`is ${given(kind, "failover.kind", kind)}, which this flow does not have. ${flow} Leave it out`;
  return [...failures, new CheckFailure("failover.kind", reason)];
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
  const changes = compareSettings(wantedFull, live, lastFull);
  return {
    changes: [
      ...changes,
      ...(engine.initialReplicationIsDue(id) ? [unfinished(item)] : []),
      ...(await hardwareChanges(engine, item)),
    ],
    replaces: replacedBy(changes, kind.immutable),
    notices: [
      ...(await sourceNotices(engine, id)),
      ...(movingPlan(engine, id)
        ? planNotices(engine, item, lastFull, wantedFull)
        : await announceMove(engine, item, { last: lastFull, wanted: wantedFull })),
    ],
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
    requireNoMoveOfItsOwn(engine, id, last, wanted);
    await engine.enableProtection(id, wanted, work);
    if (!movingPlan(engine, id)) await moveMachine(engine, id, { last, wanted }, work);
    return live(id);
  };
  return {
    kind,
    withDefaults: protectedItemDefaults,
    check: async (wanted) => {
      const failures = checkSchema(kind.kind, wanted);
      return failures.length > 0 ? failures : rules(wanted);
    },
    announceCreation: async (wanted) => {
      const full = protectedItemDefaults(wanted);
      const id = armIdOf(kind, full);
      requireNoMoveOfItsOwn(engine, id, { ...full, activeLocation: "primary" }, full);
      return announceFirstMove(engine, id, full);
    },
    diff: (id, last, wanted) => diff(engine, id, last, wanted),
    read: async (id) => (engine.findItem(id) ? live(id) : undefined),
    create: async (wanted, work) => {
      const full = protectedItemDefaults(wanted);
      const id = armIdOf(kind, full);
      const found = engine.findThing<ProtectedItemInputs>(id);
      const changes = found ? compareSettings(full, found.inputs, found.inputs) : [];
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
