import fs from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { SeededRandom } from "../../../provider/random.ts";
import type { VerifyFinding } from "../../../provider/replica/replica-store.ts";
import { ProtectedDisk } from "./protected-disk.ts";

let disk: ProtectedDisk;
let images: Map<string, Buffer>;
let flips = 0;

afterAll(() => void process.stdout.write(`${flips} flipped bits were found\n`));

beforeEach(async () => {
  disk = await ProtectedDisk.make(8 * 1_048_576);
  images = new Map();
  for (let block = 0; block < 10; block += 1)
    disk.fill(block * 9, 1, block % 2 === 0 ? "text" : "random", 3000);
  images.set((await disk.initial()).pointId, disk.image());
  for (let round = 2; round < 5; round += 1) {
    disk.fill(round, round, "random", 2000);
    disk.fill(81, round, "text", 2000);
    images.set((await disk.delta()).pointId, disk.image());
  }
});

afterEach(() => disk.remove());

async function findings(): Promise<VerifyFinding[]> {
  const found: VerifyFinding[] = [];
  await disk.store.verify((finding) => found.push(finding));
  return found;
}

/** Restores every point: each must equal its image or fail with `Damaged`, never be silently wrong. */
async function restoreAll(): Promise<{ sound: string[]; lost: string[] }> {
  const sound: string[] = [];
  const lost: string[] = [];
  for (const [pointId, image] of images) {
    try {
      expect((await disk.restored(pointId)).equals(image)).toBe(true);
      sound.push(pointId);
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^(Damaged|NotFound)$/) as string });
      lost.push(pointId);
    }
  }
  return { sound, lost };
}

function filesOf(ending: string): string[] {
  return disk.storedFiles().filter((file) => file.endsWith(ending) && !file.endsWith("store.key"));
}

async function flipAndCheck(filePath: string, position: number, bit: number): Promise<void> {
  const original = fs.readFileSync(filePath);
  const flipped = Buffer.from(original);
  flipped[position]! ^= 1 << bit;
  fs.writeFileSync(filePath, flipped);
  flips += 1;
  const found = await findings();
  const where = `bit ${bit} of byte ${position} of ${path.basename(filePath)}`;
  expect(
    found.map((finding) => finding.objectPath),
    where,
  ).toContain(filePath);
  fs.writeFileSync(filePath, original);
}

describe("[C-9] a flipped bit is found", () => {
  it.each([".segment", ".map", ".point", "roster.sealed", "machine.sealed"])(
    "in every part of a %s",
    async (ending) => {
      const random = new SeededRandom(ending.length);
      for (const filePath of filesOf(ending).slice(0, 2)) {
        const { size } = fs.statSync(filePath);
        // Every byte of the head and the tail, where the structure is, and a choice of all the others.
        const positions = new Set([...Array(48).keys()].flatMap((at) => [at % size, size - 1 - (at % size)]));
        for (let count = 0; count < 40; count += 1) positions.add(random.integer(size));
        for (const position of positions) await flipAndCheck(filePath, position, random.integer(8));
      }
    },
  );

  it("before a wrong byte is given out, and points that do not need the object still restore", async () => {
    const random = new SeededRandom(7);
    let lostInAll = 0;
    for (const filePath of [...filesOf(".segment"), ...filesOf(".map"), ...filesOf(".point")]) {
      const original = fs.readFileSync(filePath);
      const flipped = Buffer.from(original);
      flipped[random.integer(original.length)]! ^= 1 << random.integer(8);
      fs.writeFileSync(filePath, flipped);
      const hurt = new Set((await findings()).flatMap((finding) => finding.pointIds));
      const { lost } = await restoreAll();
      // The verification names exactly the points that cannot be restored.
      expect(new Set(lost)).toEqual(hurt);
      lostInAll += lost.length;
      fs.writeFileSync(filePath, original);
    }
    // Not every flip costs a point: the index of a segment that a map speaks for is spare.
    expect(lostInAll).toBeGreaterThan(images.size);
    expect((await restoreAll()).lost).toEqual([]);
  });
});

describe("objects that are cut, gone or swapped", () => {
  it("names a truncated object of every kind", async () => {
    for (const ending of [".segment", ".map", ".point", "roster.sealed", "machine.sealed"]) {
      const filePath = filesOf(ending)[0]!;
      const original = fs.readFileSync(filePath);
      for (const length of [0, 1, 63, 64, original.length >> 1, original.length - 1]) {
        fs.writeFileSync(filePath, original.subarray(0, length));
        expect((await findings()).map((finding) => finding.objectPath)).toContain(filePath);
      }
      fs.writeFileSync(filePath, original);
    }
  });

  it("names a deleted object of every kind and whom it hurts", async () => {
    for (const ending of [".segment", ".map", ".point", "roster.sealed", "machine.sealed"]) {
      const filePath = filesOf(ending)[0]!;
      const original = fs.readFileSync(filePath);
      fs.rmSync(filePath);
      const found = (await findings()).filter((finding) => finding.objectPath === filePath);
      expect(found).toHaveLength(1);
      if (!ending.endsWith(".sealed")) expect(found[0]!.pointIds.length).toBeGreaterThan(0);
      fs.writeFileSync(filePath, original);
    }
    expect(await findings()).toEqual([]);
  });

  it("takes a machine whose first preparation was killed for what it is", async () => {
    const machine = await disk.store.machine("/machines/just-begun");
    await machine.prepare([]);
    fs.rmSync(machine.points.rosterPath);
    expect(await findings()).toEqual([]);
    await machine.prepare(["disk-0"]);
    fs.rmSync(machine.points.rosterPath);
    expect(await findings()).toMatchObject([{ objectPath: machine.points.rosterPath }]);
  });

  it("names objects that were put in each other's place", async () => {
    for (const ending of [".segment", ".point"]) {
      const [one, other] = filesOf(ending) as [string, string];
      const contents = [fs.readFileSync(one), fs.readFileSync(other)] as const;
      fs.writeFileSync(one, contents[1]);
      fs.writeFileSync(other, contents[0]);
      expect((await findings()).map((finding) => finding.objectPath).sort()).toEqual([one, other].sort());
      fs.writeFileSync(one, contents[0]);
      fs.writeFileSync(other, contents[1]);
    }
  });

  it("finds that an earlier half of the store was put back", async () => {
    const [firstSegment] = filesOf(".segment") as [string];
    const early = fs.readFileSync(firstSegment);
    const rosterPath = filesOf("roster.sealed")[0]!;
    const roster = fs.readFileSync(rosterPath);
    await disk.store.retain(disk.machineId, (points) => [points.at(-1)!.id]);
    fs.writeFileSync(rosterPath, roster);
    const missing = (await findings()).filter((finding) => finding.message.includes("missing"));
    expect(missing.length).toBe(3);
    expect(early.length).toBeGreaterThan(0);
  });
});

describe("with damaged objects in the store", () => {
  it("a resync relies on nothing that a verification found damaged, and what it sends is sound", async () => {
    const segment = filesOf(".segment")[0]!;
    const bytes = fs.readFileSync(segment);
    bytes[200]! ^= 1;
    fs.writeFileSync(segment, bytes);
    const hurt = (await findings()).flatMap((finding) => finding.pointIds);
    expect(hurt.length).toBeGreaterThan(0);
    const healed = await disk.resync();
    expect(healed.blocksSent).toBeGreaterThan(0);
    expect((await findings()).flatMap((finding) => finding.pointIds)).not.toContain(healed.pointId);
    expect((await disk.restored(healed.pointId)).equals(disk.image())).toBe(true);
    fs.writeFileSync(segment, Buffer.from(bytes).fill(bytes[200]! ^ 1, 200, 201));
    expect(await findings()).toEqual([]);
    // Nothing is distrusted any more, so nothing is sent.
    expect((await disk.resync()).blocksSent).toBe(0);
  });

  it("retention goes on, and a point that cannot be read goes with those after it", async () => {
    const points = await disk.store.recoveryPoints(disk.machineId);
    const [, second] = filesOf(".point").sort() as [string, string];
    fs.writeFileSync(second, "nothing");
    const keepLast = (count: number) =>
      disk.store.retain(disk.machineId, (all) => all.slice(-count).map((point) => point.id));
    expect((await keepLast(2)).droppedPointIds).toEqual([points[0]!.id]);
    expect(fs.existsSync(second)).toBe(true);
    expect(await keepLast(1)).toMatchObject({ droppedPointIds: [points[2]!.id, points[1]!.id] });
    expect(await findings()).toEqual([]);
    expect((await disk.restored(points[3]!.id)).equals(disk.image())).toBe(true);
  });
});
