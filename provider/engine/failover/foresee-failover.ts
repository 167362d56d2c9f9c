/** What making a machine at the recovery side would do: failover, migration, drill, another recovery point. */
import { nameOf } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { findThing } from "../../store/things.ts";
import type { RecoveryPoint, ReplicaStore } from "../../replica/replica-store.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../../model/flows.ts";
import { type FoundMachine, findMachineOf, requireMachineOf } from "../inventory/find-machine.ts";
import { type Making, ownerFor } from "../identity/owned-machine.ts";
import { keptText } from "../identity/owned-machine.ts";
import { requireDisksKnown } from "../identity/unknown-disks.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { type NetworkChoice, recoveryNetworks } from "../inventory/recovery-networks.ts";
import { recoverySideName } from "../inventory/recovery-side.ts";
import type { ForeseeContext } from "../job/job-definition.ts";
import type { Foresight, NeededRoom } from "../job/foresight.ts";
import { requireReplicable } from "../identity/hardware.ts";
import type { ProtectedItem } from "../../model/item.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { deltaRefused, type ReplicaDoubt, replicaDoubtOf } from "../replication/replica-doubt.ts";
import { ledgerOf } from "../replication/replica-ledger.ts";
import { requireWay } from "../replication-cycle/require-way.ts";
import { requireDisks } from "../replication-cycle/run-cycle.ts";
import { primaryDisks } from "../replication-cycle/source-disks.ts";
import { chooseRecoveryPoint } from "../recovery-point/choose-recovery-point.ts";
import { requireReadable, requireRooms, roomOf } from "./foresee-room.ts";
import { requireIsolatedNetwork } from "./isolated-network.ts";
import { requireWritable } from "./require-writable.ts";
import type { MachineDefinition } from "../../model/machine-definition.ts";
import { findPlace, type MachinePlace, startsAtOnce } from "./recovery-machine.ts";
import { unsentText, withUnsent } from "./unsent-changes.ts";
import { said } from "../../message.ts";

function inputsOf(parts: EngineParts, itemId: string): ItemInputs {
  return findThing<ItemInputs>(parts.store, itemId)!.inputs;
}

/** The networks that an item's machine joins at the recovery side. Throws `PrerequisitesNotMet`. */
export function networksOf(parts: EngineParts, { id, details }: ProtectedItem): NetworkChoice[] {
  const place = { flow: flows[details.flow], fabricId: fabricOf(id) };
  return recoveryNetworks(parts, place, details.definition, inputsOf(parts, id));
}

export function replicasOf(parts: EngineParts, item: ProtectedItem): Promise<ReplicaStore> {
  return parts.replicaStoreOf(relationshipOf(item).replicaStoreId);
}

/** Why a replica's newest point is not the one that was written last: an older target was put back, for example. */
export async function doubtOfReplica(
  parts: EngineParts,
  item: ProtectedItem,
): Promise<ReplicaDoubt | undefined> {
  const { replicaId } = relationshipOf(item);
  return replicaDoubtOf(
    await (await replicasOf(parts, item)).machine(replicaId),
    ledgerOf(parts.store, replicaId),
  );
}

/** A point that can be read in full, with room for its disks where the machine is to be. */
async function checkPoint(
  { parts, item }: ForeseeContext<unknown>,
  foresight: Foresight,
  choice: string,
  folder: string | undefined,
): Promise<RecoveryPoint | undefined> {
  const point = await foresight.check(() => chooseRecoveryPoint(parts, item, choice));
  if (point === undefined) return undefined;
  await foresight.check(async () => {
    const store = await replicasOf(parts, item);
    await requireReadable(store, point);
    if (folder === undefined) return;
    foresight.rooms.push(roomOf(store, point, folder));
    await requireRooms(parts, foresight.rooms);
  });
  return point;
}

/** What a last delta counts from: the newest point, which has to be the one that was written last. */
export async function checkBase(
  { parts, item }: ForeseeContext<unknown>,
  foresight: Foresight,
  roomFor: ((store: ReplicaStore, point: RecoveryPoint) => Promise<NeededRoom> | NeededRoom) | undefined,
): Promise<void> {
  const { machineName } = item.details;
  const { replicaId } = relationshipOf(item);
  await foresight.check(async () => {
    const store = await replicasOf(parts, item);
    const doubt = await replicaDoubtOf(await store.machine(replicaId), ledgerOf(parts.store, replicaId));
    if (doubt && !doubt.mendsItself) throw deltaRefused(machineName, doubt);
    if (doubt) {
      foresight.warnings.push(
        `${machineName}: ${doubt.text}; all of its disks are compared with the replica`,
      );
      return;
    }
    // What is restored is that point with the delta.
    const point = await chooseRecoveryPoint(parts, item, "latest");
    await requireReadable(store, point);
    if (roomFor === undefined) return;
    foresight.rooms.push(await roomFor(store, point));
    await requireRooms(parts, foresight.rooms);
  });
}

function pointText({ takenAt, kind, id }: RecoveryPoint): string {
  return `recovery point ${id} of ${new Date(takenAt).toISOString()} (${kind})`;
}

function checkPlace(
  { parts, item, itemId }: ForeseeContext<unknown>,
  foresight: Foresight,
  making: Making = { purpose: "replica" },
): Promise<MachinePlace | undefined> {
  const owner = ownerFor({ parts, itemId, jobId: "" }, making);
  return foresight.check(async () => findPlace(parts, item, inputsOf(parts, item.id), owner));
}

async function runsText(parts: EngineParts, { machine, inventory }: FoundMachine): Promise<string> {
  const isOn = (await parts.machines.powerState(machine.folder)) === "running";
  const text = `shut down ${machine.name} at the primary side (${inventory.name})`;
  return isOn ? text : `${text}, where it is off already`;
}

/** Throws `InvalidInput` for a recovery point that a planned failover would ignore. */
export function requireNoPoint(id: string, recoveryPoint = "latest"): void {
  if (recoveryPoint === "latest" || recoveryPoint === "latestProcessed") return;
  const message = said`A planned failover of ${nameOf(id)} takes its last changes along, and so runs from no recovery point
      such as "${recoveryPoint}". Add \`--kind unplanned\` (in a definition \`failover: { kind: unplanned }\`), or leave the point out.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: id, property: "failover.recoveryPoint" });
}

/** A planned failover: the source is shut down and a last delta is taken. */
export async function foreseePlanned(
  context: ForeseeContext<{
    readonly recoveryPoint?: string;
    readonly startMachine?: boolean;
    readonly shutDownSource?: boolean;
  }>,
  foresight: Foresight,
): Promise<void> {
  const { parts, item, input } = context;
  await foresight.check(() => requireNoPoint(item.id, input.recoveryPoint));
  const { machineName } = item.details;
  const found = await foresight.check(async () => requireMachineOf(parts, item));
  if (found) {
    await foresight.check(async () => requireDisks(parts, machineName, await primaryDisks(parts, item)));
    await foresight.check(() => requireReplicable(parts, item, found.machine));
    await foresight.check(() => requireWritable(parts, found.machine.folder));
  }
  await foresight.check(async () => requireWay(parts, item, "out"));
  await foresight.check(() => networksOf(parts, item));
  const place = await checkPlace(context, foresight);
  if (place) await foresight.check(() => requireWritable(parts, place.folder));
  await checkBase(
    context,
    foresight,
    place &&
      (async (store, point) =>
        withUnsent(parts, roomOf(store, point, place.folder), { disks: await primaryDisks(parts, item) })),
  );
  foresight.point = { isNew: true };
  if (found && input.shutDownSource !== false) {
    foresight.step("shutDown", await runsText(parts, found), found.machine.folder);
  }
  foresight.step("send", `send the last changes of ${machineName} as a new recovery point`);
  stepsOfMaking(context, foresight, place, { ...input, definition: found?.machine });
}

function stepsOfMaking(
  { parts, item }: ForeseeContext<unknown>,
  foresight: Foresight,
  place: MachinePlace | undefined,
  {
    startMachine = true,
    definition = item.details.definition,
  }: { readonly startMachine?: boolean; readonly definition?: MachineDefinition | undefined },
): void {
  if (place === undefined) return;
  const where = recoverySideName(parts, item.id);
  const copies = startsAtOnce(parts, { item, definition }) ? "; its disks are copied while it runs" : "";
  foresight.step(
    "make",
    `make ${place.name} at the recovery side (${where}) in ${place.folder}${copies}`,
    place.folder,
  );
  if (startMachine) foresight.step("start", `start ${place.name}`, place.folder);
}

/** An unplanned failover: from a point that is there, whether or not the source can be reached. */
export async function foreseeUnplanned(
  context: ForeseeContext<{ readonly recoveryPoint: string; readonly startMachine?: boolean }>,
  foresight: Foresight,
): Promise<void> {
  const { parts, item, input } = context;
  await foresight.check(() => networksOf(parts, item));
  const place = await checkPlace(context, foresight);
  if (place) await foresight.check(() => requireWritable(parts, place.folder));
  const point = await checkPoint(context, foresight, input.recoveryPoint, place?.folder);
  foresight.point = point && { id: point.id, takenAt: point.takenAt, kind: point.kind };
  const { machineName } = item.details;
  await foresight.check(async () => {
    const doubt = await doubtOfReplica(parts, item);
    if (doubt) foresight.warnings.push(`${machineName}: ${doubt.text}`);
  });
  try {
    const found = await requireMachineOf(parts, item);
    requireWritable(parts, found.machine.folder);
    foresight.step("shutDown", await runsText(parts, found), found.machine.folder);
    const unsent = await unsentText(parts, item);
    if (unsent !== undefined) foresight.warnings.push(`${machineName}: ${unsent}, and stays behind`);
  } catch (error) {
    if (!isExpected(error)) throw error;
    foresight.warnings.push(
      `${machineName} cannot be reached at the primary side, so that it is not shut down and may still run: ${error.message}`,
    );
  }
  stepsOfMaking(context, foresight, place, input);
}

/** Another recovery point before the commit: the machine at the recovery side is made again. */
export async function foreseeChangePoint(
  context: ForeseeContext<{ readonly recoveryPoint: string }>,
  foresight: Foresight,
): Promise<void> {
  const { parts, item, input } = context;
  const { recoveryMachine } = item.details;
  await foresight.check(() => networksOf(parts, item));
  await foresight.check(async () => requireDisksKnown(parts, item));
  const point = await checkPoint(context, foresight, input.recoveryPoint, recoveryMachine?.folder);
  foresight.point = point && { id: point.id, takenAt: point.takenAt, kind: point.kind };
  if (!recoveryMachine || !point) return;
  const { name, folder } = recoveryMachine;
  await foresight.check(() => requireWritable(parts, folder));
  const kept = await keptText(parts, folder);
  foresight.step("remove", `remove ${name} at the recovery side with all that it has written${kept}`, folder);
  foresight.step("make", `make ${name} again from the ${pointText(point)}`, folder);
  foresight.step("start", `start ${name}`, folder);
}

/** A drill: a copy in an isolated network; the source is not touched. */
export async function foreseeTest(
  context: ForeseeContext<{
    readonly recoveryPoint: string;
    readonly networkId: string;
    readonly drillId: string;
    readonly startMachine?: boolean;
  }>,
  foresight: Foresight,
): Promise<void> {
  const { parts, input } = context;
  await foresight.check(() => requireIsolatedNetwork(parts, input.drillId, input.networkId));
  const place = await checkPlace(context, foresight, { purpose: "test", drillId: input.drillId });
  const point = await checkPoint(context, foresight, input.recoveryPoint, place?.folder);
  foresight.point = point && { id: point.id, takenAt: point.takenAt, kind: point.kind };
  if (!place) return;
  foresight.step(
    "make",
    `make ${place.name} in ${place.folder}, in ${nameOf(input.networkId)}`,
    place.folder,
  );
  if (input.startMachine ?? true) foresight.step("start", `start ${place.name}`, place.folder);
}

/** The source as it is now, for messages: what is said of it was looked at. */
export async function sourceText(parts: EngineParts, item: ProtectedItem): Promise<string> {
  const lookup = await findMachineOf(parts, item);
  if (lookup.answer === "unknown") return "its source cannot be reached";
  if (lookup.answer !== "found") return "its source is not there";
  const isOn = (await parts.machines.powerState(lookup.place.folder)) === "running";
  return isOn ? "its source runs" : "its source is off";
}
