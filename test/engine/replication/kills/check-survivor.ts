/** Holds what a killed process left on disk against what it had acknowledged. */
import fs from "node:fs";
import { expect } from "vitest";
import { systemClock } from "../../../../provider/clock.ts";
import { takeSnapshot } from "../../../../provider/disks/take-snapshot.ts";
import { attachPoint } from "../../../../provider/engine/replication/attach-point.ts";
import { restoreDisk } from "../../../../provider/engine/replication/restore-disk.ts";
import { resync } from "../../../../provider/engine/replication/resync.ts";
import { sendDelta } from "../../../../provider/engine/replication/send-delta.ts";
import { hasCode } from "../../../../provider/errors.ts";
import type { SeededRandom } from "../../../../provider/random.ts";
import { openReplicaStore } from "../../../../provider/replica/open-replica-store.ts";
import { placesAt } from "../../../../provider/replica/store-location.ts";
import type { ReplicaStore } from "../../../../provider/replica/replica-store.ts";
import { unsyncedFileSystem as files } from "../../../blocks/unsynced-file-system.ts";
import * as at from "./machine.ts";
import type { WriteStep } from "./steps.ts";
import type { Known, Pending } from "./what-was-said.ts";

/** Checks everything, and brings `known` to what turned out to have happened. */
export async function checkSurvivor(
  machine: at.MachineUnderTest,
  known: Known,
  pending: Pending,
  random: SeededRandom,
): Promise<void> {
  checkDisks(machine, known, pending.write);
  const store = await openAfterKill(machine, known, pending);
  await checkPointList(store, known, pending);
  for (const pointId of known.points.keys()) await checkPoint(machine, store, known, pointId);
  checkRestored(machine, known, pending.restore);
  await checkAttached(machine, store, known, pending.attached);
  if (random.integer(3) === 0) {
    const findings: unknown[] = [];
    await store.verify((finding) => findings.push(finding));
    expect(findings, "a verification finds nothing").toEqual([]);
  }
  // Otherwise the next process meets what this one left, untouched.
  if (random.integer(2) === 0) await checkTracking(machine, store, known);
}

/** The bytes, and with them any part of a write of which nobody knows whether it was done. */
function withMaybe(bytes: Buffer, found: Buffer, maybe: WriteStep | undefined): Buffer {
  if (maybe === undefined) return bytes;
  const expected = Buffer.from(bytes);
  for (let from = maybe.offset; from < maybe.offset + maybe.data.length; from += 1) {
    if (found[from] === maybe.data[from - maybe.offset]) expected[from] = found[from]!;
  }
  return expected;
}

function checkDisks(machine: at.MachineUnderTest, known: Known, maybe: WriteStep | undefined): void {
  for (const disk of machine.diskSizes.keys()) {
    const image = fs.readFileSync(at.imageOf(machine, disk));
    const expected = withMaybe(known.disks[disk]!, image, maybe?.disk === disk ? maybe : undefined);
    expect(image.equals(expected), `disk ${disk} has every acknowledged write`).toBe(true);
    known.disks[disk] = image;
  }
}

async function openAfterKill(
  machine: at.MachineUnderTest,
  known: Known,
  pending: Pending,
): Promise<ReplicaStore> {
  const open = async (key: number): Promise<ReplicaStore> =>
    openReplicaStore({
      location: at.storeOf(machine),
      keyFile: at.keyFileOf(machine, key),
      threads: 0,
      files,
    });
  if (pending.rotation === undefined) return open(known.key);
  try {
    return await open(known.key);
  } catch (error) {
    if (!hasCode(error, "WrongKey")) throw error;
    known.key = 1 - known.key;
    return open(known.key);
  }
}

async function checkPointList(store: ReplicaStore, known: Known, pending: Pending): Promise<void> {
  const listed = (await store.recoveryPoints(at.machineId)).map((point) => point.id);
  const made = listed.filter((id) => !known.points.has(id));
  expect(made.length, "new points").toBeLessThanOrEqual(pending.cycle === undefined ? 0 : 1);
  for (const id of made) known.points.set(id, pending.cycle!);
  const newest = [...known.points.keys()].at(-1);
  for (const id of [...known.points.keys()]) {
    if (listed.includes(id)) continue;
    const mayGo = pending.kept !== undefined && !pending.kept.includes(id) && id !== newest;
    expect(mayGo, `recovery point ${id} has vanished`).toBe(true);
    known.points.delete(id);
  }
  expect(listed, "the points stand in their order").toEqual([...known.points.keys()]);
}

/** For each recovery point the layer files, as they were when it was last restored in full and was right. */
const rightWith = new Map<string, ReadonlySet<string>>();

async function layerFilesOf(machine: at.MachineUnderTest): Promise<ReadonlySet<string>> {
  const { objects } = placesAt(files, at.storeOf(machine));
  try {
    const found = await Array.fromAsync(objects.list("machines/"));
    const layers = found.filter(({ name }) => /\.(segment|map)$/.test(name));
    return new Set(layers.map(({ name, tag }) => `${name} ${tag}`));
  } finally {
    await objects.close();
  }
}

async function checkPoint(
  machine: at.MachineUnderTest,
  store: ReplicaStore,
  known: Known,
  pointId: string,
): Promise<void> {
  const layerFiles = await layerFilesOf(machine);
  // Every one of the same files is still there, so restoring it again would tell nothing new.
  const before = rightWith.get(pointId);
  if (before !== undefined && [...before].every((file) => layerFiles.has(file))) return;
  const toPath = `${machine.folder}/checked`;
  for (const disk of machine.diskSizes.keys()) {
    await restoreDisk({ store, pointId, diskId: `disk-${disk}`, toPath, overwrite: true });
    const isEqual = fs.readFileSync(toPath).equals(known.points.get(pointId)![disk]!);
    expect(isEqual, `disk ${disk} of recovery point ${pointId} is what it was`).toBe(true);
  }
  rightWith.set(pointId, layerFiles);
}

function checkRestored(machine: at.MachineUnderTest, known: Known, maybe: Buffer | undefined): void {
  const file = at.restoredOf(machine);
  if (!fs.existsSync(file)) {
    expect(known.restored, "the restored image is gone").toBe(undefined);
    return;
  }
  const found = fs.readFileSync(file);
  const isOld = known.restored?.equals(found) ?? false;
  expect(isOld || (maybe?.equals(found) ?? false), "a restored image is whole").toBe(true);
  if (!isOld) known.restored = maybe;
}

async function checkAttached(
  machine: at.MachineUnderTest,
  store: ReplicaStore,
  known: Known,
  left: Pending["attached"],
): Promise<void> {
  const overlayPath = at.overlayOf(machine);
  if (left !== undefined && known.points.has(left.pointId)) {
    const { disk, bytes, pointId, next } = left;
    const attached = await attachPoint({ store, pointId, diskId: `disk-${disk}`, overlayPath });
    const found = Buffer.alloc(bytes.length);
    await attached.read(found, 0);
    await attached.close();
    expect(found.equals(withMaybe(bytes, found, next)), "an attached disk has every write").toBe(true);
  }
  for (const file of [overlayPath, `${overlayPath}.filled`]) fs.rmSync(file, { force: true });
}

/** After the next cycle the newest recovery point is the disks, byte for byte. */
async function checkTracking(machine: at.MachineUnderTest, store: ReplicaStore, known: Known): Promise<void> {
  const source = at.sourceOf(machine);
  const snapshot = await takeSnapshot(
    source.disks.map((disk) => disk.path),
    { files },
  );
  const reasons = snapshot.disks.flatMap((disk) => disk.resyncReasons);
  const allowed = !known.isTracked ? ["HalfOfDisk", "NewTracking"] : ["HalfOfDisk"];
  expect(reasons.filter((reason) => !allowed.includes(reason))).toEqual([]);
  const cycle = reasons.length > 0 || known.points.size === 0 ? resync : sendDelta;
  const { pointId } = await cycle({ store, source, snapshot, clock: systemClock });
  known.isTracked = true;
  known.points.set(
    pointId,
    known.disks.map((disk) => Buffer.from(disk)),
  );
  await checkPoint(machine, store, known, pointId);
}
