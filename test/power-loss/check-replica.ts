/** Compares what is left after a power loss with what was acknowledged before it. */
import { expect } from "vitest";
import { restoreDisk } from "../../provider/engine/replication/restore-disk.ts";
import { attachPoint } from "../../provider/engine/replication/attach-point.ts";
import { openReplicaStore } from "../../provider/replica/open-replica-store.ts";
import type { ReplicaStore } from "../../provider/replica/replica-store.ts";
import type { SeededRandom } from "../../provider/random.ts";
import type { AfterPowerLoss } from "./power-recorder.ts";
import {
  diskSizes,
  holderId,
  home,
  imageOf,
  machineId,
  overlayPath,
  place,
  PoweredMachine,
  readAll,
  restoredPath,
} from "./powered-machine.ts";
import { type Known, storedFiles } from "./replica-run.ts";

/** Each acknowledged thing survives; what was not acknowledged is absent or whole; store, keys and next cycle work. */
export async function checkReplica({ files, known, random }: AfterPowerLoss<Known>): Promise<void> {
  const machine = new PoweredMachine(files, 2);
  checkSource(machine, known);
  // Somebody may have copied the key file when the change of the key was reported.
  const keyFile = home.keyFileOf(holderId);
  if (known.isKeyInPlace) await openReplicaStore({ folder: place.folder, keyFile, files, create: false });
  await machine.openStore();
  await checkStoredFiles(machine, known);
  await checkPoints(machine, known, random);
  checkRestored(machine, known);
  await checkAttached(machine, known);
  const findings: unknown[] = [];
  await machine.store.verify((finding) => findings.push(finding));
  expect(findings, "a verification finds nothing").toEqual([]);
  await checkNextCycle(machine, known, random);
}

function checkSource(machine: PoweredMachine, { disks, writing }: Known): void {
  for (const [disk, expected] of disks.entries()) {
    const found = readAll(machine.files, imageOf(disk));
    const other = writing?.disk === disk ? writing.bytes : expected;
    expectEither(found, expected, other, `acknowledged writes to disk ${disk}`);
  }
}

/** Each byte is one of two. */
function expectEither(found: Buffer, one: Buffer, other: Buffer, what: string): void {
  expect(found.length, `${what}: size`).toBe(one.length);
  if (found.equals(one)) return;
  const wrong = found.findIndex((byte, at) => byte !== one[at] && byte !== other[at]);
  expect(wrong, `${what}: the first wrong byte`).toBe(-1);
}

async function checkStoredFiles(machine: PoweredMachine, { machineIds, left }: Known): Promise<void> {
  for (const id of await machine.store.machineIds())
    expect(machineIds, "machines of the store").toContain(id);
  if (left === undefined) return;
  for (const name of await storedFiles(machine)) expect([...left], "files after a retention").toContain(name);
}

async function checkPoints(
  { store, files }: PoweredMachine,
  known: Known,
  random: SeededRandom,
): Promise<void> {
  const found = (await store.recoveryPoints(machineId)).map(({ id }) => id);
  for (const [id] of known.points) {
    if (!known.leaving.has(id)) expect(found, "an acknowledged recovery point is listed").toContain(id);
  }
  const strangers = found.filter((id) => !known.points.has(id));
  expect(strangers.length, "unacknowledged points").toBeLessThanOrEqual(known.cycle === undefined ? 0 : 1);
  // All objects are verified; of the bytes the newest points and a few others are compared, in each state others.
  for (const [index, id] of found.entries()) {
    if (index < found.length - 2 && known.points.has(id) && random.integer(4) > 0) continue;
    const disks = known.points.get(id) ?? known.cycle!;
    for (const [disk, expected] of disks.entries()) {
      expect((await restored(store, files, id, disk)).equals(expected), `point ${id}, disk ${disk}`).toBe(
        true,
      );
    }
  }
}

async function restored(store: ReplicaStore, files: PoweredMachine["files"], pointId: string, disk: number) {
  const toPath = `${restoredPath}.check`;
  await restoreDisk({ store, pointId, diskId: `disk-${disk}`, toPath, overwrite: true });
  return readAll(files, toPath);
}

function checkRestored({ files }: PoweredMachine, { restored: acknowledged, restoring }: Known): void {
  if (acknowledged === undefined && !files.exists(restoredPath)) return;
  const found = readAll(files, restoredPath);
  const isOne = [acknowledged, restoring].some((bytes) => bytes !== undefined && found.equals(bytes));
  expect(isOne, "a restored image is whole, the old one or the new one").toBe(true);
}

async function checkAttached(
  { store, bootId }: PoweredMachine,
  { attached, points, leaving }: Known,
): Promise<void> {
  if (attached === undefined || !points.has(attached.pointId) || leaving.has(attached.pointId)) return;
  const { pointId } = attached;
  const disk = await attachPoint({ store, pointId, diskId: "disk-0", overlayPath, bootId });
  const found = Buffer.alloc(diskSizes[0]);
  await disk.read(found, 0);
  await disk.close();
  expectEither(found, attached.flushed, attached.now, "flushed writes to an attached disk");
}

/** The machine boots, writes, and is replicated: the new point is the source, and the old points are what they were. */
async function checkNextCycle(machine: PoweredMachine, known: Known, random: SeededRandom): Promise<void> {
  await machine.write(0, Buffer.alloc(1000, 7), 100_000);
  const id = await machine.cycle("delta");
  // Nobody had a disk open when the power went: what was closed well needs no resync.
  const isQuiet = known.points.size > 0 && known.writing === undefined && known.cycle === undefined;
  const expected: readonly string[] = ["HalfOfDisk", ...known.lastReasons];
  if (isQuiet) for (const reason of machine.resyncReasons) expect(expected).toContain(reason);
  for (const [disk, expected] of machine.images().entries()) {
    const found = await restored(machine.store, machine.files, id, disk);
    expect(found.equals(expected), `disk ${disk} of the first point after the power loss`).toBe(true);
  }
  await machine.store.compact(machineId);
  const survivors: Known = { ...known, points: new Map([...known.points, [id, machine.images()]]) };
  await checkPoints(machine, survivors, random);
}
