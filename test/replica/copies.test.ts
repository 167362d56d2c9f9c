/** Compaction copies forward: what a segment's copy says, and what is left when only half of that was done. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LayerReader } from "../../provider/replica/layers/layer-reader.ts";
import { ProtectedDisk } from "../engine/replication/protected-disk.ts";

let disk: ProtectedDisk;
let pointId: string;
/** The first copy's segment as it was before compaction. */
let original: { readonly file: string; readonly bytes: Buffer };

const segments = (): string[] =>
  disk
    .storedFiles()
    .filter((file) => file.endsWith(".segment"))
    .map((file) => path.basename(file))
    .sort();
const copyName = (number: number): string => {
  const { name, ext } = path.parse(original.file);
  return `${name}-${number}${ext}`;
};
const copyFile = (number: number): string => path.join(path.dirname(original.file), copyName(number));
const compact = async (): Promise<number> => disk.store.compact(disk.machineId);
const findings = async (): Promise<[string, number][]> => {
  const found: [string, number][] = [];
  await disk.store.verify(({ objectPath, pointIds }) =>
    found.push([path.basename(objectPath), pointIds.length]),
  );
  return found;
};
const expectRestored = async (): Promise<void> =>
  expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
function flip(file: string, position: number): void {
  const bytes = fs.readFileSync(file);
  bytes[position]! ^= 1;
  fs.writeFileSync(file, bytes);
}

beforeEach(async () => {
  disk = await ProtectedDisk.make(1_048_576);
  for (let block = 0; block < 12; block += 1) disk.fill(block, 1);
  await disk.initial();
  const file = disk.storedFiles().find((name) => name.endsWith(".segment"))!;
  original = { file, bytes: fs.readFileSync(file) };
  for (let block = 0; block < 7; block += 1) disk.fill(block, 2, "text");
  ({ pointId } = await disk.delta());
  const machine = await disk.store.machine(disk.machineId);
  const release = await machine.lock();
  await machine.points.drop(new Set([(await machine.points.all())[0]!.id]));
  await release();
});

afterEach(() => disk.remove());

describe("a copy of a segment", () => {
  it("takes the place of the segment, and gets a copy itself", async () => {
    expect(await compact()).toBeGreaterThan(6 * 65_536);
    expect(segments()).toContain(copyName(1));
    expect(segments()).not.toContain(path.basename(original.file));
    await expectRestored();
    for (const block of [7, 8, 9]) disk.fill(block, 3, "text");
    ({ pointId } = await disk.delta());
    await disk.store.retain(disk.machineId, () => []);
    expect(segments()).toContain(copyName(2));
    expect(segments()).not.toContain(copyName(1));
    await expectRestored();
    expect(await findings()).toEqual([]);
    expect(await compact()).toBe(0);
  });

  it("is read by whoever opened the segment before, also where an open object cannot be read once it is removed", async () => {
    const machine = await disk.store.machine(disk.machineId);
    const [id] = path.basename(original.file).split(".");
    const reader = await LayerReader.open(machine.disk(disk.diskId), "segment", id!);
    expect(reader.copy).toBe(0);
    const seen = reader.state;
    await compact();
    expect(await Promise.all([reader.refresh(seen), reader.refresh(seen)])).toEqual([true, true]);
    expect(reader.copy).toBe(1);
    expect(await reader.refresh(seen)).toBe(true);
    expect(await reader.refresh(reader.state)).toBe(false);
    await reader.close();
  });

  it("stands beside the segment when its process was killed before it removed that; the next compaction does", async () => {
    await compact();
    fs.writeFileSync(original.file, original.bytes);
    await expectRestored();
    expect(await findings()).toEqual([]);
    expect(await compact()).toBe(original.bytes.length);
    expect(segments()).not.toContain(path.basename(original.file));
    await expectRestored();
  });

  it("that is damaged is a finding that hurts no point while the segment is there, which then stays", async () => {
    await compact();
    fs.writeFileSync(original.file, original.bytes);
    flip(copyFile(1), fs.statSync(copyFile(1)).size - 1);
    expect(await findings()).toEqual([[copyName(1), 0]]);
    await compact();
    expect(segments()).toContain(path.basename(original.file));
    await expectRestored();
  });

  it("gives what the segment beside it has lost", async () => {
    await compact();
    fs.writeFileSync(original.file, original.bytes);
    // Its header, and in another try a byte of a record.
    for (const position of [3, original.bytes.length >> 1]) {
      flip(original.file, position);
      expect(await findings()).toEqual([[path.basename(original.file), 0]]);
      await expectRestored();
    }
  });

  it("that is lost is lost, with its points", async () => {
    await compact();
    fs.rmSync(copyFile(1));
    expect(await findings()).toEqual([[path.basename(original.file), 1]]);
    await expect(disk.restored(pointId)).rejects.toMatchObject({ code: "Damaged" });
  });
});

describe("the number of a point", () => {
  it("is the fence: of two writers that know of no claim only one gets it", async () => {
    const writers = await Promise.all([1, 2].map(() => disk.store.machine(disk.machineId)));
    const [last] = await writers[0]!.points.all();
    const { kind, multiVm, disks, bytesStored } = last!;
    const draft = { kind, multiVm, disks, bytesStored, takenAt: disk.clock.now() };
    const results = await Promise.allSettled(
      writers.map((writer, index) =>
        writer.points.publish({ ...draft, id: `0000000${index}-0000-4000-8000-000000000000` }),
      ),
    );
    const lost = results.filter((result) => result.status === "rejected");
    expect(lost.map(({ reason }) => (reason as { code: string }).code)).toEqual(["LeaseLost"]);
    expect((await disk.store.recoveryPoints(disk.machineId)).map(({ sequence }) => sequence)).toEqual([2, 3]);
  });
});
