/**
 * Turns a recovery point into a running machine at the recovery side (V2F-3, H2F-3): its disks are restored
 * block by block and verified, its definition is made from the source's with the mapped networks, it is started.
 * A test failover does the same in an isolated network.
 */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import type { Lineage } from "../../model/lineage.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import type { MachineDefinition, MachineDiskDefinition } from "../../model/machine-definition.ts";
import type { MachineOwner } from "../../model/machine-mark.ts";
import type { RecoveryPoint } from "../../replica/replica-store.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { NetworkChoice } from "../inventory/recovery-networks.ts";
import type { Progress } from "../../progress.ts";
import type { ProtectedItem, RecoveryMachine } from "../../model/item.ts";
import { claimFolder, requireFree } from "../identity/owned-machine.ts";
import { imagesIn } from "../identity/exchanged-images.ts";
import { placeForMachine, replicaName } from "../inventory/recovery-side.ts";
import { classThatHolds } from "../inventory/storage-classes.ts";
import { relationshipOf } from "../../model/relationship.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import { findThing } from "../../store/things.ts";
import { copyProgress } from "../job/report-progress.ts";
import { restoreDisk } from "../replication/restore-disk.ts";

export interface RecoveryMachinePlan {
  readonly item: ProtectedItem;
  readonly folder: string;
  readonly definition: MachineDefinition;
}

interface PlannedDisk extends MachineDiskDefinition {
  readonly sizeBytes: number;
}

/** Where a replica machine will be: found once, before anything is made, and kept with the job. */
export interface MachinePlace {
  readonly name: string;
  readonly folder: string;
}

/** Throws `AlreadyExists` when the name is taken at the recovery side, by anything but what the owner may write over. */
export async function findPlace(
  parts: EngineParts,
  item: ProtectedItem,
  inputs: ItemInputs,
  owner: MachineOwner,
): Promise<MachinePlace> {
  const name = `${replicaName(item, inputs)}${owner.purpose === "test" ? testSuffix : ""}`;
  const folder = await placeForMachine(parts, item.id, inputs, name);
  await requireFree(parts, folder, owner);
  return { name, folder };
}

/** The test machine's name is the replica machine's with this behind it, as Azure does. */
const testSuffix = "-test";

/** What the machine will be: its name and folder, the source's hardware, its networks, its storage, and in a drill its addresses. */
export function recoveryMachinePlan(
  parts: EngineParts,
  item: ProtectedItem,
  { name, folder }: MachinePlace,
  networks: readonly NetworkChoice[],
  { keepsAddresses = false }: { readonly keepsAddresses?: boolean } = {},
): RecoveryMachinePlan {
  const { storageClassification: _atTheSource, ...source } = item.details.definition;
  const storage = classThatHolds(parts, item.details.replicaStoreId);
  const networkOf = (from: string): string =>
    nameOf(networks.find((choice) => choice.from === from)?.to ?? from);
  return {
    item,
    folder,
    definition: {
      ...source,
      name,
      ...(storage === undefined ? {} : { storageClassification: nameOf(storage) }),
      nics: source.nics.map(({ name: nicName, network, ipAddress }) => ({
        ...{ name: nicName, network: networkOf(network) },
        ...(keepsAddresses && ipAddress !== undefined ? { ipAddress } : {}),
      })),
    },
  };
}

/** The disks of a point, as files of the machine that is made from it: of today's names, or those that they had. */
export function disksOfPoint({ item }: RecoveryMachinePlan, point: RecoveryPoint): PlannedDisk[] {
  const { definition, formerDisks = [] } = item.details;
  const known = [...definition.disks, ...formerDisks];
  return point.disks.map(({ diskId, sizeBytes }) => {
    const { file, role } = known.find(({ id }) => id === diskId) ?? { file: `${diskId}.img`, role: "data" };
    return { id: diskId, file, role, sizeBytes };
  });
}

/** What an item keeps of the machine that a failover made: the machine, and the disks that it has. */
export function recoveryDetails(
  recoveryMachine: RecoveryMachine,
): Pick<ProtectedItem["details"], "recoveryMachine"> & Partial<Pick<ProtectedItem["details"], "disks">> {
  const { disks } = recoveryMachine;
  return { recoveryMachine, ...(disks ? { disks } : {}) };
}

/** Says which disks of the machine the point does not have. */
function reportMissing(plan: RecoveryMachinePlan, disks: readonly PlannedDisk[], progress: Progress): void {
  const missing = plan.item.details.disks.filter(({ id }) => !disks.some((disk) => disk.id === id));
  if (missing.length === 0) return;
  const ids = missing.map(({ id }) => id).join(", ");
  progress.report(
    `the recovery point does not have disk ${ids}, which was added later: the machine starts without it`,
  );
}

/** Whether a machine that is made starts from the recovery point itself, as its settings and its hypervisor allow. */
export function startsAtOnce(
  parts: EngineParts,
  { item, definition }: Pick<RecoveryMachinePlan, "item" | "definition">,
): boolean {
  const inputs = findThing<Partial<ProtectedItemInputs>>(parts.store, item.id)?.inputs;
  return inputs?.failover?.start !== "copied" && parts.instantStart.canServe(definition);
}

/**
 * Puts all disks of a point into the machine's folder, which begins empty and is marked as the owner's: restored, or
 * served from the point and without data yet.
 */
export async function restoreDisks(
  parts: EngineParts,
  plan: RecoveryMachinePlan,
  { point, owner }: { point: RecoveryPoint; owner: MachineOwner },
  progress: Progress,
): Promise<void> {
  const store = await parts.replicaStoreOf(relationshipOf(plan.item).replicaStoreId);
  const disks = disksOfPoint(plan, point);
  const images = disks.map(({ file }) => file);
  const made = { ...owner, pointId: point.id, pointTakenAt: point.takenAt, images };
  await claimFolder(parts, plan.folder, { owner: made, report: (line) => progress.report(line) });
  reportMissing(plan, disks, progress);
  if (startsAtOnce(parts, plan)) {
    const { replicaStoreId } = relationshipOf(plan.item);
    const home = path.resolve(parts.home.folder);
    const served = { home, replicaStoreId, machineId: point.machineId, pointId: point.id };
    const isKept = owner.purpose !== "test";
    await parts.instantStart.prepare(plan.folder, { point: served, disks, isKept });
    return;
  }
  for (const disk of disks) {
    const toPath = path.join(plan.folder, disk.file);
    const onProgress = copyProgress(parts.clock, progress, "restore");
    const signal = progress.signal ? { signal: progress.signal } : {};
    await parts.copySlot(() =>
      restoreDisk({
        store,
        machineId: point.machineId,
        pointId: point.id,
        diskId: disk.id,
        toPath,
        onProgress,
        ...signal,
      }),
    );
  }
}

/**
 * Defines it and, unless told not to, starts it. Change tracking begins before the machine can write, so that a
 * failback costs what has changed. A machine that is defined already may have run: its tracking goes on.
 */
export async function startRecoveryMachine(
  parts: EngineParts,
  plan: RecoveryMachinePlan,
  point: RecoveryPoint,
  startMachine = true,
): Promise<RecoveryMachine> {
  const isDefined = await parts.machines.exists(plan.folder);
  const lineages: Record<string, Lineage> = {};
  const disks = disksOfPoint(plan, point);
  const isThrownAway = parts.instantStart.stateOf(plan.folder)?.isKept === false;
  for (const disk of isThrownAway ? [] : disks) {
    const source = { machine: plan.folder, diskId: disk.id, path: path.join(plan.folder, disk.file) };
    const lineage = isDefined
      ? (await parts.snapshots.stateOf(source)).lineage
      : await parts.snapshots.reset(source, plan.definition);
    if (lineage !== undefined) lineages[disk.id] = lineage;
  }
  if (!isDefined) {
    const definitions = disks.map(({ sizeBytes: _size, ...disk }) => disk);
    await parts.machines.define(plan.folder, { ...plan.definition, disks: definitions });
  }
  if (startMachine) await parts.machines.start(plan.folder);
  const machineId = (await parts.machines.markOf(plan.folder))?.machineId;
  return {
    name: plan.definition.name,
    ...(machineId === undefined ? {} : { machineId }),
    folder: plan.folder,
    pointId: point.id,
    pointTakenAt: point.takenAt,
    pointKind: point.kind,
    madeAt: parts.clock.now(),
    lineages,
    disks: disks.map(({ id, file, sizeBytes }) => ({ id, file, sizeBytes })),
    // Images that come into being while the machine runs are put in their places later.
    ...(parts.instantStart.stateOf(plan.folder) ? {} : { imagesMade: imagesIn(parts, plan.folder, disks) }),
  };
}
