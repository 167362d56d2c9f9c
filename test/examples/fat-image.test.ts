import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFatImage } from "../../examples/fat-image.ts";

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-fat-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Reads a file as a system would: boot sector, folders, chain of clusters. */
function readFile(image: Buffer, names: readonly string[]): Buffer {
  const fatOffset = image.readUInt16LE(14) * 512;
  const fatBytes = image.readUInt16LE(22) * 512;
  const rootOffset = fatOffset + image.readUInt8(16) * fatBytes;
  const dataOffset = rootOffset + image.readUInt16LE(17) * 32;
  const clusterBytes = image.readUInt8(13) * 512;
  const chain = (first: number): Buffer => {
    const parts: Buffer[] = [];
    for (let cluster = first; cluster < 0xfff8; cluster = image.readUInt16LE(fatOffset + cluster * 2)) {
      const offset = dataOffset + (cluster - 2) * clusterBytes;
      parts.push(image.subarray(offset, offset + clusterBytes));
    }
    return Buffer.concat(parts);
  };
  let entries = image.subarray(rootOffset, dataOffset);
  for (const [depth, name] of names.entries()) {
    const at = Array.from({ length: entries.length / 32 }, (_, index) => index * 32).find(
      (offset) => entries.toString("latin1", offset, offset + 11) === name,
    );
    expect(at, name).toBeDefined();
    const content = chain(entries.readUInt16LE(at! + 26));
    if (depth === names.length - 1) return content.subarray(0, entries.readUInt32LE(at! + 28));
    entries = content;
  }
  throw new Error("no name was given");
}

describe("a FAT16 image of the example", () => {
  it("holds its files, in folders, over many clusters, and takes little room", () => {
    const big = Buffer.alloc(1_000_003, "0123456789");
    const file = path.join(folder, "disk.img");
    writeFatImage(file, 64, {
      "orders.csv": big,
      "var/www/index.html": "<h1>open</h1>",
      "var/log/access.log": "one line\n",
    });
    const image = fs.readFileSync(file);
    expect(image.length).toBe(64 * 1024 * 1024);
    expect(readFile(image, ["ORDERS  CSV"]).equals(big)).toBe(true);
    expect(readFile(image, ["VAR        ", "WWW        ", "INDEX   HTM"]).toString()).toBe("<h1>open</h1>");
    expect(readFile(image, ["VAR        ", "LOG        ", "ACCESS  LOG"]).toString()).toBe("one line\n");
    expect(fs.statSync(file).blocks * 512).toBeLessThan(4 * 1024 * 1024);
  });
});
