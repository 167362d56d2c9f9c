/**
 * One job of ours, in a process of its own, as a user's process would do it: `node our-job.ts <job> <json>`. It runs the
 * built package (dist), whose start-up is part of the time. Prints one line of JSON.
 */
import fs from "node:fs";
import module from "node:module";
import type * as Targets from "../../provider/replica/open-replica-store.ts";
import type * as Snapshots from "../../provider/disks/take-snapshot.ts";
import type * as Clocks from "../../provider/clock.ts";
import type * as Disks from "../../provider/disks/open-tracked-disk.ts";
import type * as Attach from "../../provider/engine/replication/attach-point.ts";
import type * as Delta from "../../provider/engine/replication/send-delta.ts";
import type * as Resync from "../../provider/engine/replication/resync.ts";
import type * as Restore from "../../provider/engine/replication/restore-disk.ts";
import type { ObjectFacts, Objects } from "../../provider/ports/objects.ts";
import { SeededRandom } from "../../provider/random.ts";
import { blockBytes, blockContent, chooseBlocks } from "./disk-image.ts";
import type { JobName, JobSettings } from "./ours.ts";

// As the command does.
module.enableCompileCache();
const [name, json] = process.argv.slice(2) as [JobName, string];
const settings = JSON.parse(json) as JobSettings;
const built = (file: string): string => new URL(`../../dist/${file}`, import.meta.url).href;
const source = { machineId: "bench", disks: [{ diskId: "os", path: settings.imagePath }] };

async function openStore() {
  const { openReplicaStore } = (await import(built("replica/open-replica-store.js"))) as typeof Targets;
  const { address, storeFolder, keyFile } = settings;
  const location = address ? { address, spoolFolder: storeFolder } : { folder: storeFolder };
  return openReplicaStore({ location, keyFile });
}

async function cycleOptions() {
  const { takeSnapshot } = (await import(built("disks/take-snapshot.js"))) as typeof Snapshots;
  const { systemClock } = (await import(built("clock.js"))) as typeof Clocks;
  const store = await openStore();
  return { store, source, snapshot: await takeSnapshot([settings.imagePath]), clock: systemClock };
}

async function latestPoint() {
  const store = await openStore();
  const point = (await store.recoveryPoints("bench")).at(-1);
  if (point === undefined) throw new Error("the bench's store has no recovery point");
  return { store, pointId: point.id, diskId: "os" };
}

/** Writes so many blocks through the tracked disk; with its change log, as a hypervisor would. */
async function change(): Promise<void> {
  const { openTrackedDisk } = (await import(built("disks/open-tracked-disk.js"))) as typeof Disks;
  const disk = await openTrackedDisk(settings.imagePath);
  const random = new SeededRandom(settings.seed + 1);
  for (const block of chooseBlocks(disk.sizeBytes / blockBytes, settings.blocks, settings.seed)) {
    await disk.write(blockContent(random), block * blockBytes);
  }
  await disk.flush();
  await disk.close();
}

async function attach(): Promise<void> {
  const { attachPoint } = (await import(built("engine/replication/attach-point.js"))) as typeof Attach;
  const disk = await attachPoint({ ...(await latestPoint()), overlayPath: settings.toPath });
  const expected = Buffer.alloc(4096);
  const image = fs.openSync(settings.imagePath, "r");
  const offset = chooseBlocks(disk.sizeBytes / blockBytes, settings.blocks, settings.seed)[0]! * blockBytes;
  fs.readSync(image, expected, 0, expected.length, offset);
  const read = Buffer.alloc(4096);
  await disk.read(read, offset);
  if (!read.equals(expected)) throw new Error("the attached disk reads something else than the image holds");
  await disk.write(read, offset + 4096);
  await disk.close();
}

/**
 * Reads of whole blocks at random places of the data, turn by turn with the server's own: a range of as many bytes of a
 * segment, asked for by the same client without anything of ours. Each part of the map was read before.
 */
async function reads() {
  const { attachPoint } = (await import(built("engine/replication/attach-point.js"))) as typeof Attach;
  const point = await latestPoint();
  const { objects } = point.store;
  const disk = await attachPoint({ ...point, overlayPath: settings.toPath });
  const segment = await largestSegment(objects);
  const [ours, server]: number[][] = [[], []];
  const block = Buffer.alloc(blockBytes);
  const timed = async (into: number[], work: () => Promise<unknown>): Promise<void> => {
    const started = performance.now();
    await work();
    into.push(performance.now() - started);
  };
  const image = fs.openSync(settings.imagePath, "r");
  const isData = (number: number): boolean => {
    fs.readSync(image, block, 0, blockBytes, number * blockBytes);
    return block.some((byte) => byte !== 0);
  };
  const blockCount = disk.sizeBytes / blockBytes;
  for (let first = 0; first < blockCount; first += 256) await disk.read(block, first * blockBytes);
  for (const number of chooseBlocks(blockCount, 4 * settings.blocks, settings.seed).filter(isData)) {
    await timed(ours!, () => disk.read(block, number * blockBytes));
    const from = (number * 4099 * 512) % (segment.sizeBytes - blockBytes);
    await timed(server!, () => segment.read(block, from));
  }
  await segment.close();
  await disk.close();
  const p50 = (values: number[]): number => values.toSorted((one, other) => one - other)[values.length >> 1]!;
  return { oursMilliseconds: p50(ours!), serverMilliseconds: p50(server!) };
}

async function largestSegment(objects: Objects) {
  let largest: ObjectFacts | undefined;
  for await (const facts of objects.list("machines/")) {
    if (facts.name.endsWith(".segment") && facts.sizeBytes > (largest?.sizeBytes ?? 0)) largest = facts;
  }
  const reader = largest && (await objects.open(largest.name));
  if (reader === undefined) throw new Error("the bench's store has no segment");
  return reader;
}

/** With an empty store this is the initial copy. */
async function compare() {
  const { resync } = (await import(built("engine/replication/resync.js"))) as typeof Resync;
  return resync(await cycleOptions());
}

const jobs: Record<JobName, () => Promise<unknown>> = {
  change,
  attach,
  reads,
  initial: compare,
  delta: async () => {
    const { sendDelta } = (await import(built("engine/replication/send-delta.js"))) as typeof Delta;
    return sendDelta(await cycleOptions());
  },
  resync: compare,
  restore: async () => {
    const { restoreDisk } = (await import(built("engine/replication/restore-disk.js"))) as typeof Restore;
    return restoreDisk({ ...(await latestPoint()), toPath: settings.toPath });
  },
};

process.stdout.write(`${JSON.stringify((await jobs[name]()) ?? {})}\n`);
