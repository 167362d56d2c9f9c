import { expect, it } from "vitest";
import { takeBackName, whileAside } from "../../provider/engine/failover/overwritten-disk.ts";
import { SeededRandom } from "../../provider/random.ts";
import { survivals } from "../blocks/simulated-content.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";

const image = "/machines/web1/os.img";

/** A durable image. */
function made(): { disk: SimulatedDisk; files: SimulatedFileSystem } {
  const disk = new SimulatedDisk();
  const files = new SimulatedFileSystem(disk);
  for (const folder of ["/machines", "/machines/web1"]) {
    files.makeFolder(folder);
    files.syncFolder("/machines");
  }
  files.syncFolder("/");
  const file = files.open(image, "createNew");
  file.write(Buffer.from("before"), 0);
  file.sync();
  file.close();
  files.syncFolder("/machines/web1");
  return { disk, files };
}

async function overwrite(files: SimulatedFileSystem, at: string): Promise<void> {
  const file = files.open(at, "readWrite");
  file.write(Buffer.from("after!"), 0);
  await file.syncLater();
  file.close();
}

function lose(disk: SimulatedDisk): SimulatedFileSystem {
  disk.losePower(survivals.none, new SeededRandom(1));
  return new SimulatedFileSystem(disk);
}

it("a disk that is overwritten does not have its name after a power cut, and gets it back", async () => {
  const { disk, files } = made();
  const reached = Promise.withResolvers<void>();
  const cut = async (at: string): Promise<void> => {
    await overwrite(files, at);
    reached.resolve();
    await new Promise(() => undefined);
  };
  void whileAside(files, image, cut, () => undefined);
  await reached.promise;
  const after = lose(disk);
  expect([after.exists(image), after.exists(`${image}.overwriting`)]).toEqual([false, true]);
  takeBackName(after, image);
  expect(lose(disk).exists(image)).toBe(true);
});

it("a disk that is whole has its name, also after a power cut", async () => {
  const { disk, files } = made();
  const noted: string[] = [];
  await whileAside(
    files,
    image,
    (at) => overwrite(files, at),
    (at) => noted.push(at),
  );
  expect(noted).toEqual([`${image}.overwriting`]);
  expect(lose(disk).exists(image)).toBe(true);
});

it("what somebody has put into the disk's place keeps the name", () => {
  const { files } = made();
  files.rename(image, `${image}.overwriting`);
  files.open(image, "createNew").close();
  takeBackName(files, image);
  expect(files.exists(`${image}.overwriting`)).toBe(true);
});
