import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { type FileSystem, localFileSystem } from "../../../provider/blocks/file-system.ts";
import type { BlockSet } from "../../../provider/disks/block-set.ts";
import { keepImageAsLeft, wrapImage } from "../../../provider/qemu/snapshots/wrapper.ts";
import { describeWith } from "../installed.ts";
import { MiB, programs, Rig } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.remove();
});

function newRig(): Rig {
  const rig = new Rig();
  rigs.push(rig);
  return rig;
}

/** A replicated disk whose machine is off, and one change after its recovery point. */
async function replicated(): Promise<Rig> {
  const rig = newRig();
  await rig.start();
  await rig.startGuest();
  await rig.cycle();
  rig.write("os", MiB, Buffer.alloc(100, 1));
  await rig.end();
  return rig;
}

/** What the next cycle of a machine that is off copies. Afterwards its replica is as the image. */
async function changesOf(rig: Rig): Promise<unknown> {
  await rig.start();
  const { changes } = (await rig.cycle()).disks[0]!;
  await rig.end();
  const { imagePath, replica } = rig.disk("os");
  expect(replica.equals(fs.readFileSync(imagePath))).toBe(true);
  return "everything" in changes ? changes.everything : [...(changes as BlockSet)];
}

describeWith(programs, "the wrapper of a raw image", () => {
  it("is made beside the image, which stays as it is to the nanosecond", async () => {
    const rig = newRig();
    const { imagePath } = rig.disk("os");
    const before = localFileSystem.facts(imagePath);
    const content = fs.readFileSync(imagePath);
    const wrapped = await wrapImage(imagePath);
    expect(wrapped).toEqual({
      imagePath,
      wrapperPath: `${imagePath}.tracking.qcow2`,
      sizeBytes: 8 * MiB,
      lostBecause: undefined,
    });
    expect(localFileSystem.facts(imagePath)).toEqual(before);
    expect(fs.readFileSync(imagePath).equals(content)).toBe(true);
    expect(fs.readdirSync(rig.folder).sort()).toEqual([
      "os.img",
      "os.img.tracking.json",
      "os.img.tracking.qcow2",
    ]);
    const made = localFileSystem.facts(wrapped.wrapperPath);
    await wrapImage(imagePath);
    expect(localFileSystem.facts(wrapped.wrapperPath)).toEqual(made);
  });

  it("is durable before it has its name, and its name before the image counts as known", async () => {
    const rig = newRig();
    const steps: string[] = [];
    const files: FileSystem = {
      ...localFileSystem,
      open: (filePath, mode) => {
        const file = localFileSystem.open(filePath, mode);
        const sync = (): void => {
          steps.push(`sync ${path.extname(filePath).replace(/-.*/, "")}`);
          file.sync();
        };
        return new Proxy(file, { get: (target, key) => (key === "sync" ? sync : bound(target, key)) });
      },
      rename: (from, to) => {
        steps.push(`rename to ${path.extname(to)}`);
        localFileSystem.rename(from, to);
      },
      syncFolder: (folder) => {
        steps.push("sync folder");
        localFileSystem.syncFolder(folder);
      },
    };
    await wrapImage(rig.disk("os").imagePath, { files });
    const wrapper = ["sync .new", "rename to .qcow2", "sync folder"];
    expect(steps).toEqual([...wrapper, "sync .new", "rename to .json", "sync folder"]);
  });

  it("refuses an image that QEMU cannot show as it is", async () => {
    const rig = newRig();
    fs.truncateSync(rig.disk("os").imagePath, 1000);
    await expect(wrapImage(rig.disk("os").imagePath)).rejects.toMatchObject({ code: "UnsupportedMachine" });
  });

  it("is not made again while QEMU has the image", async () => {
    const rig = newRig();
    await rig.start();
    await rig.startGuest();
    await new Promise((resolve) => setTimeout(resolve, 20));
    rig.write("os", 0, Buffer.from("written after QEMU began"));
    await expect(wrapImage(rig.disk("os").imagePath)).rejects.toMatchObject({ code: "Busy" });
    const second = new Rig();
    rigs.push(second);
    fs.rmSync(second.disk("os").imagePath);
    for (const name of ["os.img", "os.img.tracking.qcow2", "os.img.tracking.json"]) {
      fs.linkSync(path.join(rig.folder, name), path.join(second.folder, name));
    }
    await expect(second.start()).rejects.toMatchObject({ code: "Busy" });
    await rig.cycle();
  });
});

describeWith(programs, "a machine that is off", () => {
  it("has the changes of when it ran, and none that nobody made", async () => {
    const rig = await replicated();
    expect(await changesOf(rig)).toEqual([16]);
    expect(await changesOf(rig)).toEqual([]);
  });

  it.each<[what: string, change: (image: string) => void]>([
    ["touch", (image) => execFileSync("touch", [image])],
    [
      "dd",
      (image) =>
        execFileSync("dd", ["if=/dev/zero", `of=${image}`, "bs=1", "count=1", "conv=notrunc"], {
          stdio: "ignore",
        }),
    ],
    ["a copy over it", (image) => fs.writeFileSync(image, Buffer.alloc(8 * MiB, 7))],
    [
      "another file in its place",
      (image) => {
        fs.copyFileSync(image, `${image}.other`);
        fs.renameSync(`${image}.other`, image);
      },
    ],
    [
      "a write whose time is set back",
      (image) => {
        const { atime, mtime } = fs.statSync(image);
        const file = fs.openSync(image, "r+");
        fs.writeSync(file, "x", 0);
        fs.closeSync(file);
        fs.utimesSync(image, atime, mtime);
      },
    ],
  ])("compares everything after %s", async (_what, change) => {
    const rig = await replicated();
    change(rig.disk("os").imagePath);
    expect(await changesOf(rig)).toBe("ChangedUntracked");
    expect(await changesOf(rig)).toEqual([]);
  });

  it("finds a change by QEMU's own traces, if nobody saw its end", async () => {
    const rig = await replicated();
    const { imagePath } = rig.disk("os");
    const evidence = JSON.parse(fs.readFileSync(`${imagePath}.tracking.json`, "utf8")) as Record<
      string,
      unknown
    >;
    expect(evidence["left"]).toBeDefined();
    delete evidence["left"];
    fs.writeFileSync(`${imagePath}.tracking.json`, JSON.stringify(evidence));
    expect((await wrapImage(imagePath)).lostBecause).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 20));
    execFileSync("touch", [imagePath]);
    expect(await changesOf(rig)).toBe("ChangedUntracked");
  });

  it("finds a change although the clock was set back, because it saw QEMU's end", async () => {
    const rig = await replicated();
    const { imagePath } = rig.disk("os");
    const future: FileSystem = {
      ...localFileSystem,
      facts: (filePath) => {
        const facts = localFileSystem.facts(filePath);
        // As if the image had been written before QEMU's end.
        return filePath === imagePath
          ? { ...facts, changedAtNs: facts.changedAtNs - 3_600_000_000_000n }
          : facts;
      },
    };
    expect((await wrapImage(imagePath, { files: future })).lostBecause).toBe("ChangedUntracked");
  });

  it("reports another size, and another wrapper", async () => {
    const rig = await replicated();
    const disk = rig.disk("os");
    fs.truncateSync(disk.imagePath, 9 * MiB);
    expect((await wrapImage(disk.imagePath)).lostBecause).toBe("SizeChanged");
    const other = await replicated();
    const { imagePath } = other.disk("os");
    fs.copyFileSync(`${imagePath}.tracking.qcow2`, `${imagePath}.copy`);
    fs.renameSync(`${imagePath}.copy`, `${imagePath}.tracking.qcow2`);
    expect(await changesOf(other)).toBe("TrackingLost");
  });

  it("compares everything after QEMU was killed", async () => {
    const rig = await replicated();
    await rig.start();
    await rig.startGuest();
    await rig.take();
    rig.write("os", 0, Buffer.from("no bitmap of this is kept"));
    await rig.kill();
    expect(await changesOf(rig)).toBe("TrackingLost");
    expect(await changesOf(rig)).toEqual([]);
  });

  it("keeps nothing of an image that was changed already", async () => {
    const rig = await replicated();
    const { imagePath } = rig.disk("os");
    execFileSync("touch", [imagePath]);
    await keepImageAsLeft(imagePath);
    expect((await wrapImage(imagePath)).lostBecause).toBe("ChangedUntracked");
  });

  it("ends a daemon whose owner has died", async () => {
    const rig = await replicated();
    await rig.start();
    const former = rig.daemon!;
    // A connection that is lost is all that QEMU sees of a dead process.
    former.qmp.close();
    await rig.start();
    expect((await rig.cycle()).disks[0]!.changes).toMatchObject({ count: 1 });
    await former.end();
  });
});

function bound<T extends object>(target: T, key: string | symbol): unknown {
  const value = Reflect.get(target, key) as unknown;
  return typeof value === "function" ? (value.bind(target) as unknown) : value;
}
