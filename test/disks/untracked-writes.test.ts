/** Programs that know nothing of change logs write to an image: every such write is found at the next look. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import koffi from "koffi";
import { expect, it, describe } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import type { ResyncReason } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { readChangeState } from "../../provider/disks/read-change-state.ts";
import { resetTracking } from "../../provider/disks/reset-tracking.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { startChild } from "./child-process.ts";
import { replicatedImage } from "./disk-image.ts";

const sizeBytes = 40 * blockSizeBytes;

function run(program: string, ...words: string[]): void {
  expect(spawnSync(program, words).status, `${program} ${words.join(" ")}`).toBe(0);
}

function writeByte(imagePath: string): void {
  const file = fs.openSync(imagePath, "r+");
  fs.writeSync(file, Buffer.of(99), 0, 1, 7 * blockSizeBytes);
  fs.closeSync(file);
}

function times(imagePath: string): { atime: Date; mtime: Date } {
  return fs.statSync(imagePath);
}

const otherImage = (imagePath: string): string => {
  const other = path.join(path.dirname(imagePath), "other");
  fs.writeFileSync(other, Buffer.alloc(sizeBytes, 3));
  return other;
};

/** Each leaves the image's size as it was. */
const writers: Record<string, (imagePath: string) => void> = {
  "one byte": writeByte,
  "a write with dd": (imagePath) =>
    run("dd", "if=/dev/urandom", `of=${imagePath}`, "bs=4096", "count=1", "seek=9", "conv=notrunc"),
  "a write that puts the time of the last write back": (imagePath) => {
    const { atime, mtime } = times(imagePath);
    writeByte(imagePath);
    fs.utimesSync(imagePath, atime, mtime);
  },
  "a write through another name of the same file": (imagePath) => {
    const link = `${imagePath}.link`;
    if (!fs.existsSync(link)) fs.linkSync(imagePath, link);
    writeByte(link);
  },
  "another image moved over it": (imagePath) => fs.renameSync(otherImage(imagePath), imagePath),
  "another image copied over it": (imagePath) => run("cp", otherImage(imagePath), imagePath),
  "another image copied over it with its times": (imagePath) => {
    const other = otherImage(imagePath);
    fs.utimesSync(other, times(imagePath).atime, times(imagePath).mtime);
    run("cp", "-p", other, imagePath);
  },
  "a hole punched into it": (imagePath) => {
    fs.truncateSync(imagePath, blockSizeBytes);
    fs.truncateSync(imagePath, sizeBytes);
  },
  "the whole folder put back from a backup, with its logs": (imagePath) => {
    const folder = path.dirname(imagePath);
    run("cp", "-a", folder, `${folder}.backup`);
    fs.rmSync(folder, { recursive: true });
    fs.renameSync(`${folder}.backup`, folder);
  },
};

/** What the next cycle is told, and that it is told once. */
async function reasonsOfNextCycle(imagePath: string): Promise<readonly ResyncReason[]> {
  const snapshot = await takeSnapshot([imagePath]);
  const { resyncReasons } = snapshot.disks[0]!;
  await snapshot.complete();
  expect(readChangeState(imagePath).resyncReasons).toEqual([]);
  return resyncReasons;
}

describe.each(Object.entries(writers))("%s", (_name, write) => {
  it("is found by a look, by the next writer and by the next cycle", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    write(imagePath);
    expect(readChangeState(imagePath)).toMatchObject({
      pendingBlocks: 0,
      resyncReasons: ["ChangedUntracked"],
    });
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.of(1), 0);
    expect(readChangeState(imagePath).resyncReasons).toEqual(["ChangedUntracked"]);
    await disk.close();
    expect(await reasonsOfNextCycle(imagePath)).toEqual(["ChangedUntracked"]);
  });

  it("is found after a writer has closed the disk", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.of(1), 0);
    await disk.close();
    write(imagePath);
    expect(await reasonsOfNextCycle(imagePath)).toEqual(["ChangedUntracked"]);
  });

  it("is found after an abandoned cycle, and when it comes during one", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    await (await takeSnapshot([imagePath])).abandon();
    write(imagePath);
    await (await takeSnapshot([imagePath])).abandon();
    const snapshot = await takeSnapshot([imagePath]);
    expect(snapshot.disks[0]!.resyncReasons).toEqual(["ChangedUntracked"]);
    write(imagePath);
    await snapshot.complete();
    expect(readChangeState(imagePath).resyncReasons).toEqual(["ChangedUntracked"]);
    expect(await reasonsOfNextCycle(imagePath)).toEqual(["ChangedUntracked"]);
  });

  it("is found while an idle writer has the disk open", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.of(1), 0);
    write(imagePath);
    const snapshot = await takeSnapshot([imagePath]);
    expect(snapshot.disks[0]!.resyncReasons).toEqual(["ChangedUntracked"]);
    await snapshot.complete();
    await disk.close();
  });

  it("is found after a writer was killed", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const child = startChild("idle-writer.ts", imagePath);
    await child.says("written");
    child.process.kill("SIGKILL");
    await child.gone;
    expect(readChangeState(imagePath).resyncReasons).toEqual([]);
    write(imagePath);
    expect(await reasonsOfNextCycle(imagePath)).toEqual(["ChangedUntracked"]);
  });
});

it("reading, moving the machine's folder and resetting are no changes", async () => {
  const imagePath = await replicatedImage(sizeBytes);
  fs.readFileSync(imagePath);
  expect(readChangeState(imagePath).resyncReasons).toEqual([]);
  const folder = path.dirname(imagePath);
  fs.renameSync(folder, `${folder}.moved`);
  expect(readChangeState(path.join(`${folder}.moved`, path.basename(imagePath))).resyncReasons).toEqual([]);
  fs.renameSync(`${folder}.moved`, folder);
  writeByte(imagePath);
  await resetTracking(imagePath);
  expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 0, resyncReasons: [] });
});

it("a log of the former version opens, and asks for one resync", async () => {
  const imagePath = await replicatedImage(sizeBytes);
  const former = fs.readFileSync(new URL("change-log-1.hrl", import.meta.url));
  fs.writeFileSync(`${imagePath}.hrl`, former);
  expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 3, resyncReasons: ["LogOutdated"] });
  const disk = await openTrackedDisk(imagePath);
  await disk.write(Buffer.of(1), 20 * blockSizeBytes);
  await disk.close();
  const snapshot = await takeSnapshot([imagePath]);
  expect([...snapshot.disks[0]!.changedBlocks()]).toEqual([1, 5, 9, 20]);
  expect(snapshot.disks[0]!.resyncReasons).toEqual(["LogOutdated"]);
  await snapshot.complete();
  expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 0, resyncReasons: [] });
});

/** A program that keeps an image mapped, and writes to it by storing to memory. Returns what stores a byte. */
function mapped(imagePath: string): { store: (byte: number) => void; unmap: () => void } {
  const library = koffi.load(null);
  const map = library.func("void *mmap(void *, size_t, int, int, int, int64_t)");
  const fill = library.func("void *memset(void *, int, size_t)");
  const unmap = library.func("int munmap(void *, size_t)");
  const [readAndWrite, shared] = [3, 1];
  const file = fs.openSync(imagePath, "r+");
  const memory: unknown = map(null, sizeBytes, readAndWrite, shared, file, 0);
  fs.closeSync(file);
  return {
    store: (byte) => void fill(memory, byte, 1),
    unmap: () => void unmap(memory, sizeBytes),
  };
}

/** Its files have no device that pages are sent to, so that a mapped page keeps its time. */
const isInMemory = fs.statfsSync(os.tmpdir()).type === 0x0102_1994;

describe.skipIf(isInMemory)("a program that has the image mapped", () => {
  it("is found each time that it writes, also to a page that it wrote before", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const writer = mapped(imagePath);
    try {
      for (const byte of [1, 2, 3]) {
        writer.store(byte);
        expect(fs.readFileSync(imagePath)[0]).toBe(byte);
        expect(readChangeState(imagePath).resyncReasons).toEqual(["ChangedUntracked"]);
        expect(await reasonsOfNextCycle(imagePath)).toEqual(["ChangedUntracked"]);
      }
      await (await openTrackedDisk(imagePath)).close();
      writer.store(4);
    } finally {
      writer.unmap();
    }
    expect(readChangeState(imagePath).resyncReasons).toEqual(["ChangedUntracked"]);
  });
});
