import path from "node:path";
import { expect, it } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import type { MachineSnapshot } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { SeededRandom } from "../../provider/random.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import { survivals } from "../blocks/simulated-content.ts";
import { contentOf } from "./disk-image.ts";

const states = 200;
const sizeBytes = 10 * blockSizeBytes;
const pageBytes = 4096;

const kinds = Object.keys(survivals) as (keyof typeof survivals)[];
/** Half of the states mix what survives; the others are the extremes. */
const kindOf = (seed: number): keyof typeof survivals => (seed % 2 === 0 ? "some" : kinds[(seed >> 1) % 4]!);

/**
 * Uses a disk, cuts the power at some point, and looks at what is left. Returns whether a resync was asked
 * for.
 */
async function loseThePower(seed: number): Promise<boolean> {
  const random = new SeededRandom(seed);
  const memory = new SimulatedDisk();
  const imagePath = `/power-${process.pid}-${seed}/disk.raw`;
  let boot = 1;
  const options = (): { files: SimulatedDisk; bootId: string } => ({
    files: memory,
    bootId: boot.toString(16).padStart(16, "0"),
  });
  memory.makeFolder(path.dirname(imagePath));
  memory.syncFolder("/");
  const image = memory.open(imagePath, "createNew");
  image.truncate(sizeBytes);
  image.sync();
  memory.syncFolder(`/power-${process.pid}-${seed}`);
  await (await takeSnapshot([imagePath], options())).complete();

  let replica: Buffer = Buffer.alloc(sizeBytes);
  const now = Buffer.alloc(sizeBytes);
  let flushed = Buffer.from(now);
  let unflushedPages = new Set<number>();
  let disk = await openTrackedDisk(imagePath, options());
  let snapshot: MachineSnapshot | undefined;
  const steps = random.integer(25);
  for (let step = 0; step < steps; step += 1) {
    const chance = random.integer(10);
    if (chance < 5) {
      const data = Buffer.alloc(1 + random.integer(90_000), 1 + random.integer(255));
      const offset = random.integer(sizeBytes - data.length);
      await disk.write(data, offset);
      now.set(data, offset);
      const lastPage = Math.floor((offset + data.length - 1) / pageBytes);
      for (let page = Math.floor(offset / pageBytes); page <= lastPage; page += 1) unflushedPages.add(page);
    } else if (chance < 7) {
      if (chance === 5) await disk.flush();
      else {
        await disk.close();
        disk = await openTrackedDisk(imagePath, options());
      }
      flushed = Buffer.from(now);
      unflushedPages = new Set();
    } else if (snapshot === undefined) snapshot = await takeSnapshot([imagePath], options());
    else {
      replica = contentOf(snapshot.disks[0]!);
      await snapshot.complete();
      snapshot = undefined;
    }
  }
  const isClosed = random.integer(3) === 0;
  if (isClosed) await disk.close();
  memory.losePower(survivals[kindOf(seed)], random);
  if (!isClosed) await disk.close().catch(() => undefined);
  boot += 1;

  const after = await openTrackedDisk(imagePath, options());
  const left = contentOf(after);
  const lost: number[] = [];
  for (let page = 0; page < sizeBytes / pageBytes; page += 1) {
    if (unflushedPages.has(page) && !isClosed) continue;
    const [start, end] = [page * pageBytes, (page + 1) * pageBytes];
    const durable = isClosed ? now : flushed;
    if (left.compare(durable, start, end, start, end) !== 0) lost.push(page);
  }
  expect(lost, "pages that were flushed and are lost").toEqual([]);
  const next = await takeSnapshot([imagePath], options());
  const source = next.disks[0]!;
  const pending = new Set(source.changedBlocks());
  if (!source.resyncRequired) {
    for (let block = 0; block < sizeBytes / blockSizeBytes; block += 1) {
      const [start, end] = [block * blockSizeBytes, (block + 1) * blockSizeBytes];
      if (left.compare(replica, start, end, start, end) !== 0) expect(pending.has(block)).toBe(true);
    }
  } else if (isClosed) {
    expect(source.resyncReasons).toEqual(["HalfOfDisk"]);
  }
  await next.complete();
  await after.close();
  return source.resyncRequired;
}

it(
  `power is lost in ${states} states: no flushed write is lost, the next cycle is right`,
  { timeout: 120_000 },
  async () => {
    let resyncs = 0;
    for (let seed = 1; seed <= states; seed += 1) {
      const asked = await loseThePower(seed).catch((error: unknown) => {
        throw new Error(`with seed ${seed}`, { cause: error });
      });
      if (asked) resyncs += 1;
    }
    expect(resyncs).toBeGreaterThan(states / 3);
    expect(resyncs).toBeLessThan(states);
  },
);
