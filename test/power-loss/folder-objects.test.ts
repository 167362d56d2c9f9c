/** What a folder of objects has acknowledged survives a power cut, also where a killed process had begun before. */
import { expect, it } from "vitest";
import { FolderObjects } from "../../provider/drivers/objects-folder/folder-objects.ts";
import { SeededRandom } from "../../provider/random.ts";
import { survivals } from "../blocks/simulated-content.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import { killedAt } from "./killed-at.ts";

const root = "/srv/store";

function emptyDisk(): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.makeFolder(root);
  for (const folder of ["/", "/srv"]) disk.syncFolder(folder);
  return disk;
}

it("keeps what was put in folders that a killed process has made, at whatever call it was killed", async () => {
  let isOver = false;
  let calls = 0;
  for (let call = 0; !isOver; call += 1) {
    const disk = emptyDisk();
    const killed = killedAt(disk, call);
    try {
      await new FolderObjects(killed.disk, root).put(
        "machines/a/points/1.point",
        Buffer.from("1"),
        "ifAbsent",
      );
    } catch (error) {
      if (!killed.wasKilled()) throw error;
    }
    isOver = !killed.wasKilled();
    calls = call;
    const objects = new FolderObjects(disk, root);
    for (const name of ["machines/a/points/2.point", "machines/a/points/3.point", "machines/b.sealed"]) {
      expect(await objects.put(name, Buffer.from(name), "ifAbsent")).not.toBe("lost");
    }
    disk.losePower(survivals.none, new SeededRandom(1));
    const after = new FolderObjects(disk, root);
    for (const name of ["machines/a/points/2.point", "machines/a/points/3.point", "machines/b.sealed"]) {
      expect((await after.get(name))?.bytes.toString(), `killed at call ${call}`).toBe(name);
    }
  }
  expect(calls).toBeGreaterThan(5);
});

it("keeps what was put in a folder that was removed and made again", async () => {
  const disk = emptyDisk();
  const objects = new FolderObjects(disk, root);
  await objects.put("machines/a/1.point", Buffer.from("1"), "ifAbsent");
  await objects.remove(["machines/a/1.point"]);
  disk.remove(`${root}/machines`);
  await objects.put("machines/a/2.point", Buffer.from("2"), "ifAbsent");
  disk.losePower(survivals.none, new SeededRandom(1));
  expect((await new FolderObjects(disk, root).get("machines/a/2.point"))?.bytes.toString()).toBe("2");
});
