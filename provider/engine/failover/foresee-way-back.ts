/** What the way back would do: failback, failover to the primary side, and what a commit or a cancellation gives up. */
import path from "node:path";
import type { EngineParts } from "../engine-parts.ts";
import { requireMachineOf } from "../inventory/find-machine.ts";
import type { ForeseeContext } from "../job/job-definition.ts";
import type { RecoveryPoint, ReplicaStore } from "../../replica/replica-store.ts";
import type { Foresight, NeededRoom } from "../job/foresight.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { requireWay } from "../replication-cycle/require-way.ts";
import { requireDisks } from "../replication-cycle/run-cycle.ts";
import { primaryDisks, recoveryDisks } from "../replication-cycle/source-disks.ts";
import { requireNotExchanged } from "../identity/exchanged-images.ts";
import { requireUnchanged } from "../identity/changed-primary.ts";
import { isInPlace, keptText } from "../identity/owned-machine.ts";
import { requireNotShrunkAtRecovery } from "../identity/shrunk-at-recovery.ts";
import { chooseRecoveryPoint } from "../recovery-point/choose-recovery-point.ts";
import { checkBase, replicasOf, requireNoPoint } from "./foresee-failover.ts";
import { growthOf, requireReadable, requireRooms, roomOf } from "./foresee-room.ts";
import { type PrimaryPlace, primaryPlace } from "./primary-machine.ts";
import { requireNamesFree } from "./overwritten-disk.ts";
import { requireDisksKnown } from "../identity/unknown-disks.ts";
import { requireLeftAlone } from "./require-left-alone.ts";
import { requireMoved } from "./require-moved.ts";
import { requireWritable } from "./require-writable.ts";
import { requireRecoverySide } from "./require-recovery-side.ts";
import { allocatedBytes, withUnsent } from "./unsent-changes.ts";

/** What a step back to the primary side is asked for. */
export interface BackInput {
  readonly toHost?: string;
  readonly discardPrimaryChanges?: boolean;
  readonly startMachine?: boolean;
  readonly recoveryPoint?: string;
}

/** Throws `NotFound` or `TargetUnreachable` if the machine at the recovery side cannot be read. */
export async function requireRecoveryDisks(parts: EngineParts, item: ProtectedItem): Promise<void> {
  await requireRecoverySide(parts, item);
  requireDisks(parts, item.details.machineName, await recoveryDisks(parts, item));
}

/** The room that a machine takes at the primary side once its disks are equal to a point. */
function roomAtPrimary(
  parts: EngineParts,
  { details }: ProtectedItem,
  { store, point, place }: { store: ReplicaStore; point: RecoveryPoint; place: PrimaryPlace },
): NeededRoom {
  const { folder, isThere } = place;
  if (!isThere) return roomOf(store, point, folder);
  return growthOf(parts, { store, point }, { folder, disks: details.disks });
}

/**
 * The room once the last delta is applied as well. A failback synchronises before it shuts anything down, and looks again
 * then; a planned failover to the primary side does not.
 */
async function roomOfLastDelta(
  parts: EngineParts,
  item: ProtectedItem,
  at: { store: ReplicaStore; point: RecoveryPoint; place: PrimaryPlace },
): Promise<NeededRoom> {
  const room = roomAtPrimary(parts, item, at);
  if (item.details.reverse === undefined) return room;
  const there = item.details.disks.map(({ file }) => path.join(at.place.folder, file));
  return withUnsent(parts, room, {
    disks: await recoveryDisks(parts, item),
    thereBytes: allocatedBytes(parts, there),
  });
}

/** Throws `DiskFull` if the newest recovery point has no room at the primary side. */
export async function requireRoomAtPrimary(
  parts: EngineParts,
  item: ProtectedItem,
  place: PrimaryPlace,
): Promise<void> {
  const point = await chooseRecoveryPoint(parts, item, "latest");
  const store = await replicasOf(parts, item);
  await requireRooms(parts, [roomAtPrimary(parts, item, { store, point, place })]);
}

/** Where the machine comes back to, if it can and the place can be written. */
export async function foreseePlace(
  { parts, item, input }: Pick<ForeseeContext<BackInput>, "parts" | "item" | "input">,
  foresight: Foresight,
): Promise<PrimaryPlace | undefined> {
  const place = await foresight.check(async () =>
    primaryPlace({ parts, itemId: item.id, jobId: "", item: () => item }, input.toHost),
  );
  if (place === undefined) return undefined;
  const isDiscarded = input.discardPrimaryChanges;
  await foresight.check(async () => requireUnchanged(parts, item, { folder: place.folder, isDiscarded }));
  await foresight.check(async () => requireDisksKnown(parts, item));
  await foresight.check(() => requireNamesFree(parts.files, item, place.folder));
  await foresight.check(() => requireWritable(parts, place.folder));
  return place;
}

/** What becomes of the machine at the primary side. */
export function stepsBack(
  { item, input }: Pick<ForeseeContext<BackInput>, "item" | "input">,
  foresight: Foresight,
  place: PrimaryPlace | undefined,
): void {
  const { machineName, primaryLeft } = item.details;
  if (place === undefined) return;
  if (place.isThere && primaryLeft?.unsent !== undefined) {
    const text = `${primaryLeft.unsent} before the failover, was not sent, and is overwritten in ${place.folder}`;
    foresight.warnings.push(text);
  }
  if (place.isThere) {
    const text = `shut down ${machineName} at the primary side if it runs, and make its disks equal to that point`;
    foresight.step("overwrite", text, place.folder);
  } else {
    foresight.step("make", `make ${machineName} again at the primary side in ${place.folder}`, place.folder);
  }
  if (input.startMachine ?? true) foresight.step("start", `start ${machineName}`, place.folder);
}

/** Failback, and a planned failover to the primary side: what runs at the recovery side is sent and shut down. */
export async function foreseePlannedBack(
  context: ForeseeContext<BackInput>,
  foresight: Foresight,
): Promise<void> {
  const { parts, item, input } = context;
  const { machineName, recoveryMachine } = item.details;
  await foresight.check(() => requireNoPoint(item.id, input.recoveryPoint));
  const place = await foreseePlace(context, foresight);
  if (recoveryMachine) await foresight.check(() => requireWritable(parts, recoveryMachine.folder));
  await foresight.check(async () => requireRecoveryDisks(parts, item));
  await foresight.check(() => requireNotShrunkAtRecovery(parts, item));
  await foresight.check(async () => requireWay(parts, item, "back"));
  await checkBase(
    context,
    foresight,
    place && (async (store, point) => roomOfLastDelta(parts, item, { store, point, place })),
  );
  foresight.point = { isNew: true };
  foresight.step(
    "shutDown",
    `shut down ${recoveryMachine?.name} at the recovery side`,
    recoveryMachine?.folder,
  );
  foresight.step("send", `send the last changes of ${machineName} as a new recovery point`);
  stepsBack(context, foresight, place);
}

/** An unplanned failover to the primary side, from the last changes if they can be read. */
export async function foreseeUnplannedBack(
  context: ForeseeContext<BackInput>,
  foresight: Foresight,
): Promise<void> {
  const { parts, item, input } = context;
  const { recoveryMachine, machineName } = item.details;
  const place = await foreseePlace(context, foresight);
  const choice = input.recoveryPoint ?? "latest";
  const isThere = recoveryMachine !== undefined && (await isInPlace(parts, recoveryMachine));
  const point = await foresight.check(() => chooseRecoveryPoint(parts, item, choice));
  if (point) {
    await foresight.check(async () => {
      const store = await replicasOf(parts, item);
      await requireReadable(store, point);
      if (!place) return;
      foresight.rooms.push(roomAtPrimary(parts, item, { store, point, place }));
      await requireRooms(parts, foresight.rooms);
    });
  }
  if (isThere) {
    await foresight.check(() => requireWritable(parts, recoveryMachine.folder));
    foresight.step(
      "shutDown",
      `shut down ${recoveryMachine.name} at the recovery side`,
      recoveryMachine.folder,
    );
  } else {
    foresight.warnings.push(`${machineName} cannot be reached at the recovery side and may still run there`);
  }
  if (isThere && choice === "latest") {
    // To go back without them, a person names a point.
    await foresight.check(async () => requireWay(parts, item, "back"));
    foresight.point = { isNew: true };
    foresight.step("send", `send the last changes of ${machineName} if they can be read`);
  } else {
    foresight.point = point && { id: point.id, takenAt: point.takenAt, kind: point.kind };
  }
  stepsBack(context, foresight, place);
}

/** A commit gives up the recovery points that were not used. */
export async function foreseeCommit(
  { parts, item }: ForeseeContext<unknown>,
  foresight: Foresight,
): Promise<void> {
  await foresight.check(async () => requireMoved(parts, item));
  await foresight.check(() => requireNotExchanged(parts, item));
  const { replicaId } = relationshipOf(item);
  const points = await foresight.check(async () =>
    (await replicasOf(parts, item)).recoveryPoints(replicaId, () => undefined),
  );
  const used = item.details.reverse ? item.details.failbackPointId : item.details.recoveryMachine?.pointId;
  const dropped = (points ?? []).filter(({ id }) => id !== used).length;
  foresight.step("drop", `drop ${dropped} recovery points that were not used`);
}

/** Reverse replication from the recovery side: a replica at the primary side, seeded from what is there. */
export async function foreseeReverse(
  { parts, item }: ForeseeContext<unknown>,
  foresight: Foresight,
): Promise<void> {
  await foresight.check(() => requireNotExchanged(parts, item));
  await foresight.check(async () => requireWay(parts, item, "back"));
  await foresight.check(async () => requireRecoveryDisks(parts, item));
  const { machineName } = item.details;
  foresight.step(
    "send",
    `set up the way back of ${machineName}, and send what differs from its disks at the primary side`,
  );
}

/** Throws `TargetUnreachable` if the place of the machine's replicas at the recovery side cannot be read. */
export async function requireReplicas(parts: EngineParts, { details }: ProtectedItem): Promise<void> {
  const store = await parts.replicaStoreOf(details.replicaStoreId);
  await store.recoveryPoints(details.replicaId, () => undefined);
}

/** Replication out again after a failback: the machine at the recovery side is removed. */
export async function foreseeProtectAgain(
  { parts, item }: ForeseeContext<unknown>,
  foresight: Foresight,
): Promise<void> {
  const { machineName, recoveryMachine } = item.details;
  const found = await foresight.check(async () => requireMachineOf(parts, item));
  if (found)
    await foresight.check(async () => requireDisks(parts, machineName, await primaryDisks(parts, item)));
  await foresight.check(() => requireReplicas(parts, item));
  const { reverse, ...details } = item.details;
  if (reverse) {
    await foresight.check(async () => requireWay(parts, { ...item, details }, "out"));
    foresight.step("send", `send what differs of ${machineName} to the recovery side`);
  }
  await foresight.check(async () => requireRecoverySide(parts, item));
  if (!recoveryMachine) return;
  await foresight.check(async () => requireLeftAlone(parts, item));
  await foresight.check(() => requireWritable(parts, recoveryMachine.folder));
  const kept = await keptText(parts, recoveryMachine.folder);
  foresight.step(
    "remove",
    `remove ${recoveryMachine.name} at the recovery side${kept}`,
    recoveryMachine.folder,
  );
}

/** A cancellation gives up what the machine wrote since its failover. */
export async function foreseeCancel(
  { parts, item }: ForeseeContext<unknown>,
  foresight: Foresight,
): Promise<void> {
  const { machineName, recoveryMachine } = item.details;
  const primary = await foresight.check(async () => requireMachineOf(parts, item));
  await foresight.check(async () => requireRecoverySide(parts, item));
  const [name, folder] = [recoveryMachine?.name, recoveryMachine?.folder];
  for (const written of [primary?.machine.folder, folder]) {
    if (written !== undefined) await foresight.check(() => requireWritable(parts, written));
  }
  if (item.activeLocation === "recovery") {
    await foresight.check(async () => requireDisksKnown(parts, item));
    const kept = folder === undefined ? "" : await keptText(parts, folder);
    const text = `remove ${name} at the recovery side with all that it has written${kept}`;
    foresight.step("remove", text, folder);
    foresight.step("start", `start ${machineName} at the primary side`, primary?.machine.folder);
  } else {
    foresight.step("shutDown", `shut down ${machineName} at the primary side`, primary?.machine.folder);
    foresight.step("start", `start ${name} at the recovery side`, folder);
  }
}
