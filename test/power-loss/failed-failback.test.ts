import { expect, it } from "vitest";
import { applyDelta } from "../../provider/engine/replication/apply-delta.ts";
import { SeededRandom } from "../../provider/random.ts";
import { survivals } from "../blocks/simulated-content.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import { type Fault, SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { diskSizes, imageOf, PoweredMachine, readAll, restoredPath } from "./powered-machine.ts";

const sizeBytes = diskSizes[0];

/** A recovery point of disk 0, and a durable image of other content that is to be made equal to it. */
async function failedBack(): Promise<{ disk: SimulatedDisk; pointId: string; wanted: Buffer }> {
  const disk = new SimulatedDisk();
  const files = new SimulatedFileSystem(disk);
  const machine = new PoweredMachine(files, 1);
  machine.make();
  await machine.openStore();
  // The second half is data in the image and zeros in the point.
  await machine.write(0, Buffer.alloc(sizeBytes >> 1, 9), 0);
  const pointId = await machine.cycle("resync");
  const image = files.open(restoredPath, "createNew");
  image.write(Buffer.alloc(sizeBytes, 3), 0);
  image.sync();
  image.close();
  files.syncFolder(restoredPath.slice(0, restoredPath.lastIndexOf("/")));
  return { disk, pointId, wanted: readAll(files, imageOf(0)) };
}

async function apply(
  files: SimulatedFileSystem,
  pointId: string,
  blocks?: readonly number[],
): Promise<unknown> {
  const machine = new PoweredMachine(files, 1);
  await machine.openStore();
  const wanted = { store: machine.store, pointId, diskId: "disk-0", toPath: restoredPath };
  return applyDelta({ ...wanted, ...(blocks ? { blocks } : {}) });
}

const failures: Record<string, Fault> = {
  "its sync fails": { kind: "EIO", call: 1, only: /restored\.img$/, actions: ["syncLater"] },
  "a write of it fails, and the sync of a repetition": {
    kind: "EIO",
    call: 2,
    lasting: true,
    only: /restored\.img$/,
    actions: ["write", "syncLater"],
  },
};

it.each(Object.entries(failures))(
  "a disk that is made equal to a point, %s: the repetition writes what the device has lost",
  async (_name, fault) => {
    const { disk, pointId, wanted } = await failedBack();
    const files = new SimulatedFileSystem(disk);
    files.arm(fault);
    await expect(apply(files, pointId)).rejects.toMatchObject({ code: "IoFailed" });
    // What was not written to the device is still readable.
    files.heal();
    // Another process of the same boot.
    const others = new SimulatedFileSystem(disk);
    await apply(others, pointId);
    disk.losePower(survivals.none, new SeededRandom(1));
    expect(readAll(new SimulatedFileSystem(disk), restoredPath).equals(wanted)).toBe(true);
    expect(others.list(restoredPath.slice(0, restoredPath.lastIndexOf("/"))).join()).not.toContain(
      "unsynced",
    );
  },
);

it("the same for a part of its blocks: all of them are written again", async () => {
  const { disk, pointId, wanted } = await failedBack();
  const blocks = Array.from({ length: Math.ceil(sizeBytes / 65_536) }, (_, block) => block);
  const files = new SimulatedFileSystem(disk);
  files.arm(failures["its sync fails"]!);
  await expect(apply(files, pointId, blocks)).rejects.toMatchObject({ code: "IoFailed" });
  files.heal();
  await apply(files, pointId, blocks);
  disk.losePower(survivals.none, new SeededRandom(1));
  expect(readAll(new SimulatedFileSystem(disk), restoredPath).equals(wanted)).toBe(true);
});
