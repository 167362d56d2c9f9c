import { expect, it } from "vitest";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { PowerRecorder, samplingOf } from "./power-recorder.ts";
import { imageOf, PoweredMachine } from "./powered-machine.ts";

const pending = [1, 4];

it("power lost at any call of a snapshot: the changes before it are still pending, in whatever order names arrive", async () => {
  const recorder = new PowerRecorder<undefined>(() => undefined);
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
  recorder.acknowledge("a snapshot");
  await snapshot.abandon();
  // Each instant often: only some orders lose something.
  await recorder.check(samplingOf(600), async ({ files }) => {
    const after = await takeSnapshot(images, optionsIn(files, new PoweredMachine(files, 2)));
    const [disk] = after.disks;
    expect([...disk!.changedBlocks()], String(disk!.resyncReasons)).toEqual(pending);
    await after.abandon();
  });
});
