/**
 * One job of ours, in a process of its own, as a user's process would do it: `node our-job.ts <job> <json>`. It runs the
 * built package (dist), whose start-up is part of the time. Prints one line of JSON.
 */
import fs from "node:fs";
import type * as Targets from "../../provider/replica/open-replica-store.ts";
import type * as Snapshots from "../../provider/disks/take-snapshot.ts";
import type * as Clocks from "../../provider/clock.ts";
import type * as Disks from "../../provider/disks/open-tracked-disk.ts";
import type * as Attach from "../../provider/engine/replication/attach-point.ts";
import type * as Delta from "../../provider/engine/replication/send-delta.ts";
import type * as Resync from "../../provider/engine/replication/resync.ts";
import type * as Restore from "../../provider/engine/replication/restore-disk.ts";
import { SeededRandom } from "../../provider/random.ts";
import { blockBytes, blockContent, chooseBlocks } from "./disk-image.ts";
import type { JobName, JobSettings } from "./ours.ts";

const [name, json] = process.argv.slice(2) as [JobName, string];
const settings = JSON.parse(json) as JobSettings;
const built = (file: string): string => new URL(`../../dist/${file}`, import.meta.url).href;
const source = { machineId: "bench", disks: [{ diskId: "os", path: settings.imagePath }] };

async function openStore() {
  const { openReplicaStore } = (await import(built("replica/open-replica-store.js"))) as typeof Targets;
  return openReplicaStore({ folder: settings.storeFolder, keyFile: settings.keyFile });
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

/** With an empty store this is the initial copy. */
async function compare() {
  const { resync } = (await import(built("engine/replication/resync.js"))) as typeof Resync;
  return resync(await cycleOptions());
}

const jobs: Record<JobName, () => Promise<unknown>> = {
  change,
  attach,
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
