/**
 * A store as the version before wrote it, in the folder format-1: an initial copy, a delta, a compaction that wrote a segment
 * again in its own place, and another delta. It opens with the passphrase of the other tests.
 */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { passphrase, ProtectedDisk } from "../engine/replication/protected-disk.ts";

let disk: ProtectedDisk;

/** The image as it was when the version before took its last point. */
beforeEach(async () => {
  disk = await ProtectedDisk.make(1_048_576);
  fs.rmSync(disk.storeFolder, { recursive: true });
  fs.cpSync(path.join(import.meta.dirname, "format-1"), disk.storeFolder, { recursive: true });
  for (let block = 0; block < 16; block += 1) disk.fill(block, 1, block < 3 ? "random" : "text");
  for (const block of [0, 1, 5]) disk.fill(block, 2, "text");
  disk.fill(9, 3, "text");
  disk.changed.clear();
  disk.clock.advance(3_600_000);
  await disk.reopen();
});

afterEach(() => disk.remove());

const keyFile = (): string => fs.readFileSync(path.join(disk.storeFolder, "store.key"), "latin1");
const namesOf = (ending: string): string[] =>
  disk
    .storedFiles()
    .filter((file) => file.endsWith(ending))
    .map((file) => path.basename(file))
    .sort();

describe("a store of format 1", () => {
  it("is read as it is, and reading changes nothing in it", async () => {
    const before = disk.storedFiles().map((file) => [file, fs.readFileSync(file, "hex")]);
    const points = await disk.store.recoveryPoints(disk.machineId);
    expect(points.map(({ sequence }) => sequence)).toEqual([2, 3]);
    expect((await disk.restored(points[1]!.id)).equals(disk.image())).toBe(true);
    disk.fill(9, 1, "text");
    expect((await disk.restored(points[0]!.id)).equals(disk.image())).toBe(true);
    expect((await disk.store.findPoint(points[0]!.id)).sequence).toBe(2);
    const result = await disk.store.verify(() => undefined);
    expect(result).toMatchObject({ findingCount: 0, pointCount: 2 });
    expect(disk.storedFiles().map((file) => [file, fs.readFileSync(file, "hex")])).toEqual(before);
  });

  it("gets points of format 2 beside those of format 1, and refuses the version before from then on", async () => {
    const [second, third] = await disk.store.recoveryPoints(disk.machineId);
    disk.fill(12, 4, "text");
    const { pointId } = await disk.delta();
    expect(namesOf(".point")).toEqual([
      `000000000002-${second!.id}.point`,
      `000000000003-${third!.id}.point`,
      "000000000004.point",
    ]);
    // The version before takes the secrets from here.
    expect(JSON.parse(keyFile().split("\n")[0]!)).toMatchObject({ version: 3, wrappings: [] });
    await disk.reopen();
    const points = await disk.store.recoveryPoints(disk.machineId);
    expect(points.map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
    expect(points[2]!.id).toBe(pointId);
    expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
    expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
  });

  it("keeps its passphrase and gets a second secret", async () => {
    const keyPath = path.join(disk.folder, "vault.key");
    fs.writeFileSync(keyPath, Buffer.alloc(32, 7));
    await disk.store.rotateKey({ keyFile: keyPath });
    await disk.reopen();
    expect(await disk.store.secretKinds()).toEqual(["passphrase", "keyFile"]);
    expect(passphrase.length).toBeGreaterThan(0);
  });

  it("drops its points of either format", async () => {
    for (let block = 2; block < 16; block += 1) disk.fill(block, 5, "text");
    const { pointId } = await disk.delta();
    const { droppedPointIds } = await disk.store.retain(disk.machineId, () => []);
    expect(droppedPointIds).toHaveLength(2);
    expect(namesOf(".point")).toEqual(["000000000004.point"]);
    expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
    expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
  });

  it("misses a point of format 1 that was deleted, and notices one whose file is another's", async () => {
    const [second, third] = disk
      .storedFiles()
      .filter((file) => file.endsWith(".point"))
      .sort();
    fs.rmSync(second!);
    const findings: string[] = [];
    await disk.store.verify(({ message }) => findings.push(message));
    expect(findings).toEqual(["it is missing"]);
    fs.copyFileSync(third!, second!);
    await expect(disk.store.recoveryPoints(disk.machineId)).rejects.toThrow(/another recovery point's file/);
  });
});
