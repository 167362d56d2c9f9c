import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { blockSizeBytes as block } from "../../provider/disks/disk.ts";
import { restoreDisk } from "../../provider/engine/replication/restore-disk.ts";
import { formatOfName, type ImageFormat } from "../../provider/images/image-format.ts";
import { Qcow2Layout } from "../../provider/images/qcow2.ts";
import { ProtectedDisk } from "../engine/replication/protected-disk.ts";
import { Qcow2Image } from "./qcow2-image.ts";

const mebibyte = 1_048_576;
/** QEMU's own word, where it is installed. */
const hasQemu = spawnSync("qemu-img", ["--version"]).status === 0;
const qemuFormats: Partial<Record<ImageFormat, string>> = { vhd: "vpc", qcow2: "qcow2" };
let disk: ProtectedDisk;

/** The last block is a short one, and does not end with a sector. */
const sizes = [8 * mebibyte, 8 * mebibyte + 12_345, 40_000, 3 * block + 1];

afterEach(() => disk.remove());

async function exported(format: ImageFormat): Promise<string> {
  const { pointId } = await disk.initial();
  const toPath = `${disk.folder}/exported.${format}`;
  await restoreDisk({ store: disk.store, pointId, diskId: disk.diskId, toPath, format });
  return toPath;
}

async function makeDisk(sizeBytes: number): Promise<void> {
  disk = await ProtectedDisk.make(sizeBytes);
  for (const at of [0, 1, 2, 40, 41, 90].filter((number) => (number + 1) * block < sizeBytes)) {
    disk.fill(at, 1, at % 2 === 0 ? "random" : "text");
  }
  disk.write(sizeBytes - 20, Buffer.from("the end of the disk."));
}

/** The disk, and zeros up to a whole number of units. */
function padded(unitBytes: number): Buffer {
  const image = disk.image();
  return Buffer.concat([image, Buffer.alloc((unitBytes - (image.length % unitBytes)) % unitBytes)]);
}

describe.each(sizes)("a disk of %i bytes", (sizeBytes) => {
  beforeEach(() => makeDisk(sizeBytes));

  it("is a fixed VHD: its bytes up to a whole MiB, and a footer that adds up", async () => {
    const file = fs.readFileSync(await exported("vhd"));
    const [content, footer] = [file.subarray(0, -512), file.subarray(-512)];
    expect(content.equals(padded(mebibyte))).toBe(true);
    expect(footer.toString("latin1", 0, 8)).toBe("conectix");
    expect(Number(footer.readBigUInt64BE(48))).toBe(content.length);
    const checksum = footer.readUInt32BE(64);
    footer.writeUInt32BE(0, 64);
    expect(~footer.reduce((sum, byte) => sum + byte, 0) >>> 0).toBe(checksum);
  });

  it("is a QCOW2 with its bytes, as large as its data", async () => {
    const toPath = await exported("qcow2");
    const image = new Qcow2Image(fs.readFileSync(toPath));
    expect(image.content().equals(padded(512))).toBe(true);
    expect(fs.statSync(toPath).size).toBeLessThan(14 * block);
  });

  it.skipIf(!hasQemu)("is what QEMU reads", async () => {
    const raw = await exported("raw");
    for (const [format, driver] of Object.entries(qemuFormats)) {
      const toPath = await exported(format as ImageFormat);
      const compared = execFileSync("qemu-img", ["compare", "-f", "raw", "-F", driver, raw, toPath], {
        encoding: "utf8",
      });
      expect(compared).toMatch(/Images are identical/);
      if (driver === "qcow2") execFileSync("qemu-img", ["check", "-f", driver, toPath]);
    }
  });
});

it("replaces no file and leaves none behind, whatever the format", async () => {
  await makeDisk(mebibyte);
  const toPath = await exported("qcow2");
  await expect(exported("qcow2")).rejects.toMatchObject({ code: "AlreadyExists" });
  expect(new Qcow2Image(fs.readFileSync(toPath)).sizeBytes).toBe(mebibyte);
  expect(fs.readdirSync(disk.folder).filter((name) => name.includes("partial"))).toEqual([]);
});

it("goes by the ending of a file's name", async () => {
  await makeDisk(block);
  expect(["web1.vhd", "web1.QCOW2", "web1.img", "vhd"].map(formatOfName)).toEqual([
    "vhd",
    "qcow2",
    "raw",
    "raw",
  ]);
});

describe("any blocks with data", () => {
  const tables = 40;
  const perTable = 8192;
  const blocks = fc
    .uniqueArray(fc.nat(tables * perTable - 1), { maxLength: 12 })
    .map((numbers) => numbers.sort((left, right) => left - right));

  it("are where a reader of the format finds them, and each cluster is counted", async () => {
    await makeDisk(block);
    const path = `${disk.folder}/layout.qcow2`;
    fc.assert(
      fc.property(blocks, fc.nat(11), (numbers, cut) => {
        fs.rmSync(path, { force: true });
        const file = localFileSystem.open(path, "createNew");
        const layout = new Qcow2Layout(file, tables * perTable * block);
        for (const part of [numbers.slice(0, cut), numbers.slice(cut)]) layout.add(Uint32Array.from(part));
        for (const [index, number] of numbers.entries()) {
          file.write(Buffer.alloc(block, number % 251 || 7), layout.packedFrom + index * block);
        }
        layout.finish();
        file.close();
        const image = new Qcow2Image(fs.readFileSync(path));
        expect(image.clusters).toEqual(numbers);
        for (const number of numbers) {
          expect(image.cluster(number).equals(Buffer.alloc(block, number % 251 || 7))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });
});
