import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { BlockSet } from "../../../provider/disks/block-set.ts";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import { isInstalled } from "../installed.ts";
import { MiB, programs, Rig } from "./rig.ts";

/** A small device is a file system in memory, which only root may mount. */
const canMount = process.getuid?.() === 0 && programs.every(isInstalled);
const name = "a fleece that runs full";

let rig: Rig | undefined;
afterEach(async () => {
  const fleece = rig && path.join(rig.folder, "fleece");
  await rig?.end();
  if (fleece !== undefined) execFileSync("umount", [fleece]);
  await rig?.remove();
});

describe.skipIf(!canMount)(
  canMount ? name : `${name} (skipped: needs root and ${programs.join(", ")})`,
  () => {
    it("costs the cycle, and no write of the guest", async () => {
      rig = new Rig({ os: 16 * MiB });
      const fleeceFolder = path.join(rig.folder, "fleece");
      fs.mkdirSync(fleeceFolder);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", fleeceFolder]);
      await rig.start();
      await rig.startGuest();
      const write = (fill: number): void => {
        for (let block = 0; block < 128; block += 1) {
          rig!.write("os", block * blockSizeBytes, Buffer.alloc(blockSizeBytes, fill));
        }
      };
      write(1);
      await rig.cycle();
      rig.write("os", 0, Buffer.alloc(10, 2));
      const snapshot = await rig.take();
      write(3);
      await expect(snapshot.finishReading()).rejects.toMatchObject({
        code: "DiskFull",
        message: expect.stringContaining("The guest is not affected") as string,
      });
      await expect(snapshot.complete()).rejects.toMatchObject({ code: "DiskFull" });
      await snapshot.abandon();
      expect(fs.readdirSync(fleeceFolder)).toEqual([]);
      // Nothing of it is lost for the next cycle.
      const next = await rig.cycle();
      expect((next.disks[0]!.changes as BlockSet).count).toBe(128);
      expect(rig.disk("os").replica.equals(rig.disk("os").expected)).toBe(true);
      expect(fs.readFileSync(rig.disk("os").imagePath).equals(rig.disk("os").expected)).toBe(true);
    });

    it("from the beginning is reported before the instant", async () => {
      rig = new Rig();
      const fleeceFolder = path.join(rig.folder, "fleece");
      fs.mkdirSync(fleeceFolder);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", fleeceFolder]);
      await rig.start();
      await expect(rig.take()).rejects.toMatchObject({ code: "DiskFull" });
    });
  },
);
