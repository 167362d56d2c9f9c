import { expect, it } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { type AttachedDisk, attachPoint } from "../../provider/engine/replication/attach-point.ts";
import { SeededRandom } from "../../provider/random.ts";
import { survivals } from "../blocks/simulated-content.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { PowerRecorder, samplingOf } from "./power-recorder.ts";
import { diskSizes, overlayPath, PoweredMachine } from "./powered-machine.ts";

interface World {
  readonly disk: SimulatedDisk;
  readonly pointId: string;
  readonly original: Buffer;
}

/** A machine with one recovery point. */
async function replicated(disk: SimulatedDisk): Promise<World> {
  const machine = new PoweredMachine(new SimulatedFileSystem(disk), 1);
  machine.make();
  await machine.openStore();
  await machine.write(0, Buffer.alloc(4 * blockSizeBytes, 9), 100);
  const pointId = await machine.cycle("delta");
  return { disk, pointId, original: machine.images()[0]! };
}

/** Attaches the point as a boot of the machine does. */
async function attachIn(boot: number, files: SimulatedFileSystem, pointId: string): Promise<AttachedDisk> {
  const machine = new PoweredMachine(files, boot);
  await machine.openStore();
  const { store, bootId } = machine;
  return attachPoint({ store, pointId, diskId: "disk-0", overlayPath, bootId });
}

async function contentOf(disk: AttachedDisk): Promise<Buffer> {
  const bytes = Buffer.alloc(diskSizes[0]);
  await disk.read(bytes, 0);
  return bytes;
}

it("a second power cut, at any call of the attachment that mends the first one, shows no block that was lost", async () => {
  const { disk, pointId, original } = await replicated(new SimulatedDisk());
  const first = new SimulatedFileSystem(disk);
  const attached = await attachIn(1, first, pointId);
  // Marks that arrived without their blocks: the marks are synced by a flush of another block.
  await attached.write(Buffer.alloc(blockSizeBytes, 5), 0);
  await attached.flush();
  await attached.write(Buffer.alloc(blockSizeBytes, 6), blockSizeBytes);
  await attached.close();
  const marks = first.open(`${overlayPath}.filled`, "readWrite");
  marks.sync();
  disk.losePower(survivals.none, new SeededRandom(1));

  const expected = Buffer.from(original);
  expected.fill(5, 0, blockSizeBytes);
  const recorder = new PowerRecorder<undefined>(() => undefined, disk);
  recorder.begin();
  const again = await attachIn(2, recorder.files, pointId);
  expect((await contentOf(again)).equals(expected)).toBe(true);
  await again.flush();
  recorder.acknowledge("a flush");
  await again.close();
  await recorder.check(samplingOf(80), async ({ files }) => {
    const third = await attachIn(3, files, pointId);
    expect((await contentOf(third)).equals(expected)).toBe(true);
    await third.close();
  });
});

it("marks that an overlay has left behind say nothing of a new one", async () => {
  const { disk, pointId, original } = await replicated(new SimulatedDisk());
  const files = new SimulatedFileSystem(disk);
  const attached = await attachIn(1, files, pointId);
  await attached.write(Buffer.alloc(blockSizeBytes, 5), 0);
  await attached.close();
  files.remove(overlayPath);
  const again = await attachIn(1, files, pointId);
  expect((await contentOf(again)).equals(original)).toBe(true);
  await again.close();
});

it("acknowledges no write and no flush to an attached disk after a failed sync, and forgets what it lost", async () => {
  const { disk, pointId, original } = await replicated(new SimulatedDisk());
  const files = new SimulatedFileSystem(disk);
  const attached = await attachIn(1, files, pointId);
  await attached.write(Buffer.alloc(blockSizeBytes, 5), 0);
  files.arm({ kind: "EIO", call: 1, only: /attached\.img$/, actions: ["syncLater"] });
  await expect(attached.flush()).rejects.toMatchObject({ code: "IoFailed" });
  files.heal();
  await expect(attached.flush()).rejects.toMatchObject({ code: "IoFailed" });
  await expect(attached.write(Buffer.alloc(10), 0)).rejects.toMatchObject({ code: "IoFailed" });
  await attached.close();
  const again = await attachIn(1, files, pointId);
  await again.flush();
  await again.close();
  disk.losePower(survivals.none, new SeededRandom(1));
  const after = await attachIn(2, new SimulatedFileSystem(disk), pointId);
  expect((await contentOf(after)).equals(original)).toBe(true);
  await after.close();
});
