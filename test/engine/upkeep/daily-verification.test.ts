/** Each day a part of the replicas is read: all of them after so many days, damage is an alert, and nobody reads twice. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openEngine, type Verification } from "../../../provider/engine/engine.ts";
import { parseLayerName } from "../../../provider/replica/layers/layer-name.ts";
import { isInSample } from "../../../provider/replica/upkeep/sample.ts";
import { TurningClock } from "../../turning-clock.ts";
import { quiet, Site } from "../fixture.ts";

const day = 86_400_000;
const hour = 3_600_000;
let site: Site;
let clock: TurningClock;

beforeEach(async () => {
  clock = new TurningClock(Date.parse("2031-03-03T03:00:00Z"));
  site = await Site.make({ clock });
  await site.protect();
  for (let cycle = 0; cycle < 4; cycle += 1) {
    fs.writeFileSync(site.image, Buffer.alloc(512 * 1024, `data ${cycle} `));
    clock.advance(300_000);
    await site.engine.replicate(site.itemId, quiet);
  }
});
afterEach(() => site.remove());

async function verify(days: number, engine = site.engine, progress = quiet): Promise<Verification[]> {
  const done: Verification[] = [];
  await engine.upkeep.verifyDue({ days, progress, tell: (one) => done.push(one) });
  return done;
}

/** The files of layers in the store, with their ids. */
function layers(): { id: string; file: string; sizeBytes: number }[] {
  const folder = path.join(site.engine.homeFolder, "storage");
  return (fs.readdirSync(folder, { recursive: true }) as string[]).flatMap((name) => {
    const layer = parseLayerName(name);
    const file = path.join(folder, name);
    return layer === undefined ? [] : [{ id: layer.id, file, sizeBytes: fs.statSync(file).size }];
  });
}

const codes = async (): Promise<string[]> =>
  (await site.engine.viewItem(site.itemId)).healthNotes.map(({ code }) => code);

/** Flips a byte in the midst of a file. */
function damage(file: string): () => void {
  const bytes = fs.readFileSync(file);
  const at = bytes.length >> 1;
  fs.writeFileSync(
    file,
    Buffer.concat([bytes.subarray(0, at), Buffer.from([bytes[at]! ^ 1]), bytes.subarray(at + 1)]),
  );
  return () => fs.writeFileSync(file, bytes);
}

it("reads each layer file once in so many days, and nothing twice on one day", async () => {
  const days = 3;
  const total = layers().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let read = 0;
  for (let passed = 0; passed < days; passed += 1) {
    const [done] = await verify(days);
    const wanted = layers().filter(({ id }) => isInSample(id, { part: passed, parts: days }));
    expect(done?.result).toMatchObject({ damagedCount: 0 });
    expect(done?.result?.bytesRead).toBe(wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    read += done!.result!.bytesRead;
    expect(await verify(days)).toEqual([]);
    clock.advance(day - 1);
    expect(await verify(days)).toEqual([]);
    clock.advance(1);
  }
  expect(read).toBe(total);
  expect(site.engine.upkeep.verifications()).toMatchObject([{ part: days, result: { damagedCount: 0 } }]);
});

it("tells of damage until the part that it is in was found sound", async () => {
  const days = 2;
  // Which part a layer falls into is by chance.
  let victim: { file: string } | undefined;
  for (let cycle = 0; victim === undefined; cycle += 1) {
    fs.writeFileSync(site.image, Buffer.alloc(512 * 1024, `more ${cycle} `));
    await site.engine.replicate(site.itemId, quiet);
    victim = layers().find(({ id }) => isInSample(id, { part: 1, parts: days }));
  }
  const mend = damage(victim.file);
  expect((await verify(days))[0]?.result).toMatchObject({ damagedCount: 0 });
  expect(await codes()).not.toContain("ReplicaDamaged");
  clock.advance(day);
  expect((await verify(days))[0]?.result).toMatchObject({ damagedCount: 1 });
  expect(await codes()).toContain("ReplicaDamaged");
  mend();
  clock.advance(day);
  // The other part says nothing of it.
  expect((await verify(days))[0]?.result).toMatchObject({ damagedCount: 0 });
  expect(await codes()).toContain("ReplicaDamaged");
  clock.advance(day);
  await verify(days);
  expect(await codes()).not.toContain("ReplicaDamaged");
});

it("is done by one of two services, and taken up again when the one that began it is gone", async () => {
  const other = await openEngine({ home: site.engine.homeFolder, clock });
  try {
    const [mine, theirs] = await Promise.all([verify(2), verify(2, other)]);
    expect([...mine, ...theirs]).toHaveLength(1);
    clock.advance(day);
    // It is killed while it reads: nobody notes an end.
    const killed = verify(2, other, {
      report: () => {
        throw new TypeError("killed");
      },
    });
    await expect(killed).rejects.toThrow("killed");
    expect(await verify(2)).toEqual([]);
    clock.advance(hour);
    expect(await verify(2)).toMatchObject([{ part: 2 }]);
  } finally {
    other.close();
  }
});

it("that is stopped is due at once, with the same part", async () => {
  const stop = new AbortController();
  const progress = { report: () => stop.abort(new Error("the service stops")), signal: stop.signal };
  await expect(verify(1, site.engine, progress)).rejects.toThrow("the service stops");
  expect(site.engine.upkeep.verifications()).toMatchObject([{ part: 0, dueAt: clock.now() }]);
  expect(await verify(1)).toMatchObject([{ part: 1 }]);
});

it("says that a store is away, and tries again within the hour", async () => {
  const folder = path.join(site.engine.homeFolder, "storage");
  fs.renameSync(folder, `${folder}.away`);
  const [done] = await verify(1);
  expect(done?.result?.error).toMatch(/cannot be read|gone|reach|not there/);
  expect(done).toMatchObject({ part: 0, dueAt: clock.now() + hour });
  fs.renameSync(`${folder}.away`, folder);
  clock.advance(hour);
  expect(await verify(1)).toMatchObject([{ part: 1, result: { damagedCount: 0 } }]);
});
