import { expect, it } from "vitest";
import { writeAtomically } from "../../provider/blocks/file-system.ts";
import { applyDelta } from "../../provider/engine/replication/apply-delta.ts";
import { openReplicaStore } from "../../provider/replica/open-replica-store.ts";
import { noise } from "../engine/replication/protected-disk.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { PowerRecorder, samplingOf } from "./power-recorder.ts";
import {
  diskSizes,
  holderId,
  home,
  machineId,
  place,
  PoweredMachine,
  readAll,
  restoredPath as toPath,
} from "./powered-machine.ts";

const [sizeBytes] = diskSizes;

/** What the image holds before: some other bytes, and more or fewer of them. */
const images: readonly (readonly [string, (wanted: Buffer) => Buffer])[] = [
  ["an older state of the disk", (wanted) => Buffer.concat([noise(8, 70_000), wanted.subarray(70_000)])],
  ["a shorter image", () => noise(9, sizeBytes - 100_001)],
  ["a longer image", () => noise(9, sizeBytes + 70_001)],
];

it.each(images)(
  "power lost while %s is made equal to a point: it is equal once that is acknowledged, and can be repeated before",
  async (_what, bytesBefore) => {
    const disk = new SimulatedDisk();
    const machine = new PoweredMachine(new SimulatedFileSystem(disk), 1);
    machine.make();
    await machine.openStore();
    await machine.write(0, noise(1, 2 * 65_536), 100);
    const pointId = await machine.cycle("resync");
    const [wanted] = machine.images();
    writeAtomically(machine.files, toPath, bytesBefore(wanted!));
    let isEqual = false;
    const recorder = new PowerRecorder<boolean>(() => isEqual, disk);
    const apply = async (files: SimulatedFileSystem): Promise<void> => {
      const keyFile = home.keyFileOf(holderId);
      const store = await openReplicaStore({ folder: place.folder, keyFile, files, create: false });
      expect(await store.recoveryPoints(machineId)).toHaveLength(1);
      await applyDelta({ store, pointId, diskId: "disk-0", toPath });
    };
    recorder.begin();
    await apply(recorder.files);
    isEqual = true;
    recorder.acknowledge("an image that is equal");
    const states = await recorder.check(samplingOf(40), async ({ files, known }) => {
      if (known) expect(readAll(files, toPath).equals(wanted!), "acknowledged").toBe(true);
      await apply(files);
      expect(readAll(files, toPath).equals(wanted!), "repeated").toBe(true);
    });
    expect(states).toBeGreaterThan(40);
  },
);
