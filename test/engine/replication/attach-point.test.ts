import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type AttachedDisk, attachPoint } from "../../../provider/engine/replication/attach-point.ts";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { OverlayMarks } from "../../../provider/engine/replication/overlay-marks.ts";
import { noise, ProtectedDisk } from "./protected-disk.ts";

const sizeBytes = 1_048_576 + 777;
let disk: ProtectedDisk;
let overlayPath: string;
let pointId: string;

beforeEach(async () => {
  disk = await ProtectedDisk.make(sizeBytes);
  overlayPath = path.join(disk.folder, "attached.img");
  disk.write(1000, noise(1, 400_000));
  disk.write(1_048_576, noise(2, 777));
  await disk.initial();
  disk.fill(2, 2);
  pointId = (await disk.delta()).pointId;
});

afterEach(() => disk.remove());

const attach = () => attachPoint({ store: disk.store, pointId, diskId: disk.diskId, overlayPath });

/** What is said to be zeros is, from `offset` to the end; what is not covered and was not written is said to be. */
async function expectTrueZeros(attached: AttachedDisk, model: Buffer, offset: number): Promise<number> {
  let zeros = 0;
  for (let at = offset; at < sizeBytes;) {
    const extents = await attached.allocation(at, sizeBytes - at);
    expect(extents.length).toBeGreaterThan(0);
    for (const { lengthBytes, isZero } of extents) {
      expect(lengthBytes).toBeGreaterThan(0);
      if (isZero) expect(model.subarray(at, at + lengthBytes).every((byte) => byte === 0)).toBe(true);
      zeros += isZero ? lengthBytes : 0;
      at += lengthBytes;
    }
    expect(at).toBeLessThanOrEqual(sizeBytes);
  }
  return zeros;
}

it("says which ranges are zeros, before and after they are written and filled in", async () => {
  const attached = await attach();
  try {
    const model = disk.image();
    const zeros = await expectTrueZeros(attached, model, 0);
    // The point has data in blocks 0 to 6 and 16.
    expect(zeros).toBe(9 * 65_536);
    const data = noise(5, 65_536);
    await attached.write(data, 10 * 65_536);
    data.copy(model, 10 * 65_536);
    expect(await expectTrueZeros(attached, model, 0)).toBe(zeros - 65_536);
    expect(await attached.allocation(9 * 65_536 + 5, 100_000)).toEqual([
      { lengthBytes: 65_531, isZero: true },
      { lengthBytes: 34_469, isZero: false },
    ]);
    await attached.fill(1000);
    expect(await expectTrueZeros(attached, model, 0)).toBe(zeros - 65_536);
  } finally {
    await attached.close();
  }
});

it("reads and writes at once, over reopening and filling in, like a plain copy", async () => {
  const step = fc.record({
    offset: fc.nat(sizeBytes - 1),
    length: fc.nat(150_000),
    seed: fc.nat(99),
    then: fc.constantFrom("read", "reopen", "fill"),
  });
  const before = disk.storedFiles().map((file) => [file, fs.statSync(file).mtimeMs]);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const model = disk.image();
      let attached = await attach();
      try {
        for (const { offset, length, seed, then } of steps) {
          const data = noise(seed, Math.min(length, sizeBytes - offset));
          await attached.write(data, offset);
          data.copy(model, offset);
          if (then === "fill") await attached.fill(3);
          if (then === "reopen") {
            await attached.flush();
            await attached.close();
            attached = await attach();
          }
          const read = Buffer.alloc(sizeBytes);
          await attached.read(read, 0);
          expect(read.equals(model)).toBe(true);
          await expectTrueZeros(attached, model, offset);
        }
        expect(await attached.fill(1000)).toBe(0);
        await expectTrueZeros(attached, model, 0);
        expect(fs.readFileSync(overlayPath).equals(model)).toBe(true);
      } finally {
        await attached.close();
        fs.rmSync(overlayPath);
        fs.rmSync(`${overlayPath}.filled`);
      }
    }),
    { numRuns: 20 },
  );
  expect(disk.storedFiles().map((file) => [file, fs.statSync(file).mtimeMs])).toEqual(before);
});

it("after a power cut counts only what was flushed", async () => {
  const attached = await attach();
  await attached.write(noise(7, 65_536), 65_536);
  await attached.flush();
  await attached.write(noise(8, 65_536), 2 * 65_536);
  await attached.close();
  // The system has kept the marks and lost the second block.
  const image = fs.readFileSync(overlayPath);
  image.fill(0, 2 * 65_536, 3 * 65_536);
  fs.writeFileSync(overlayPath, image);
  const marks = new OverlayMarks(localFileSystem, overlayPath, {
    blockCount: 17,
    origin: JSON.stringify([pointId, disk.diskId]),
    bootId: "another boot",
  });
  expect([marks.has(1), marks.has(2)]).toEqual([true, false]);
  marks.close();
  const again = await attach();
  const read = Buffer.alloc(sizeBytes);
  await again.read(read, 0);
  const expected = disk.image();
  noise(7, 65_536).copy(expected, 65_536);
  expect(read.equals(expected)).toBe(true);
  await again.close();
});

it("keeps its recovery point from being dropped while it is attached", async () => {
  const attached = await attach();
  disk.fill(5, 3);
  await disk.delta();
  await disk.store.retain(disk.machineId, () => []);
  expect((await disk.store.recoveryPoints(disk.machineId)).map((point) => point.id)).toContain(pointId);
  await attached.close();
  await disk.store.retain(disk.machineId, () => []);
  expect((await disk.store.recoveryPoints(disk.machineId)).map((point) => point.id)).not.toContain(pointId);
});

it("refuses bytes outside of the disk and damaged data", async () => {
  const attached = await attach();
  await expect(attached.write(Buffer.alloc(2), sizeBytes - 1)).rejects.toMatchObject({
    code: "InvalidInput",
  });
  for (const file of disk.storedFiles().filter((name) => name.endsWith(".segment"))) {
    const bytes = fs.readFileSync(file);
    bytes[500]! ^= 4;
    fs.writeFileSync(file, bytes);
  }
  await expect(() => attached.read(Buffer.alloc(400_000), 0)).rejects.toThrow(
    expect.objectContaining({ code: "Damaged" }) as Error,
  );
  await attached.close();
});
