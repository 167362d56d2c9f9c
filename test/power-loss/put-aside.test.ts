import { expect, it } from "vitest";
import type { Lineage } from "../../provider/model/lineage.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { resetTracking } from "../../provider/disks/reset-tracking.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { PowerRecorder, samplingOf } from "./power-recorder.ts";
import { imageOf, PoweredMachine } from "./powered-machine.ts";

const pending = [1, 4];

it("power lost at any call of a snapshot: the changes before it are still pending, in whatever order names arrive", async () => {
  const point: { lineage: Lineage | undefined } = { lineage: undefined };
  const recorder = new PowerRecorder<{ readonly lineage: Lineage | undefined }>(() => ({ ...point }));
  const machine = new PoweredMachine(recorder.files, 1);
  machine.make();
  const images = [imageOf(0)];
  const optionsIn = (files: PoweredMachine["files"], boot: PoweredMachine) => ({
    files,
    bootId: boot.bootId,
  });
  await (await takeSnapshot(images, optionsIn(recorder.files, machine))).complete();
  for (const block of pending) await machine.write(0, Buffer.alloc(100, 7), block * 65_536);
  recorder.begin();
  const snapshot = await takeSnapshot(images, optionsIn(recorder.files, machine));
  point.lineage = snapshot.disks[0]!.lineage;
  recorder.acknowledge("a snapshot");
  await snapshot.abandon();
  // Each instant often: only some orders lose something.
  await recorder.check(samplingOf(600), async ({ files, known: { lineage } }) => {
    const after = await takeSnapshot(images, optionsIn(files, new PoweredMachine(files, 2)));
    const [disk] = after.disks;
    expect([...disk!.changedBlocks()], String(disk!.resyncReasons)).toEqual(pending);
    // A recovery point that was made of the snapshot names its log.
    if (lineage !== undefined) expect(disk!.continues(lineage)).toBe(true);
    await after.abandon();
  });
});

it("power lost while a writer has a disk whose snapshot is not completed: its writes are pending, or all of the disk is", async () => {
  let mayHave = new Set<number>();
  const recorder = new PowerRecorder<ReadonlySet<number>>(() => new Set(mayHave));
  const machine = new PoweredMachine(recorder.files, 1);
  machine.make();
  const images = [imageOf(0)];
  const options = { files: recorder.files, bootId: machine.bootId };
  await (await takeSnapshot(images, options)).complete();
  await machine.write(0, Buffer.alloc(100, 7), 65_536);
  const snapshot = await takeSnapshot(images, options);
  recorder.begin();
  const disk = await openTrackedDisk(images[0]!, options);
  await disk.write(Buffer.alloc(100, 8), 4 * 65_536);
  await disk.flush();
  mayHave = new Set([1, 4]);
  recorder.acknowledge("a flush");
  await disk.close();
  await snapshot.abandon();
  await recorder.check(samplingOf(100), async ({ files, known }) => {
    const after = await takeSnapshot(images, { files, bootId: new PoweredMachine(files, 2).bootId });
    const found = after.disks[0]!;
    if (!found.resyncRequired) for (const block of known) expect([...found.changedBlocks()]).toContain(block);
    await after.abandon();
  });
});

it("power lost while a writer has a disk whose tracking has just begun: the next cycle says that power was lost", async () => {
  const recorder = new PowerRecorder<undefined>(() => undefined);
  const machine = new PoweredMachine(recorder.files, 1);
  machine.make();
  const disk = await openTrackedDisk(imageOf(0), { files: recorder.files, bootId: machine.bootId });
  await disk.write(Buffer.alloc(100, 8), 0);
  await disk.flush();
  recorder.acknowledge("a flush");
  await disk.close();
  await recorder.check(samplingOf(0), async ({ files }) => {
    const after = await takeSnapshot([imageOf(0)], { files, bootId: new PoweredMachine(files, 2).bootId });
    expect(after.disks[0]!.resyncReasons).toContain("PowerLost");
    await after.abandon();
  });
});

it("power lost right after a disk was made equal to a point by other means: its changes still count from there", async () => {
  const recorder = new PowerRecorder<undefined>(() => undefined);
  const machine = new PoweredMachine(recorder.files, 1);
  machine.make();
  const options = { files: recorder.files, bootId: machine.bootId };
  await (await takeSnapshot([imageOf(0)], options)).complete();
  await resetTracking(imageOf(0), options);
  recorder.acknowledge("a reset");
  await recorder.check(samplingOf(0), async ({ files }) => {
    const after = await takeSnapshot([imageOf(0)], { files, bootId: new PoweredMachine(files, 2).bootId });
    expect(after.disks[0]!.resyncReasons).toEqual([]);
    await after.abandon();
  });
});
