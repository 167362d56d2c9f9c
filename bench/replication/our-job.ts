/**
 * One job of ours in a process of its own, by the functions that the engine itself calls: `node our-job.ts <job>
 * <arguments as JSON>`. Prints what it measured as JSON.
 */
import fs from "node:fs";
import { systemClock } from "../../provider/clock.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { attachPoint } from "../../provider/engine/replication/attach-point.ts";
import { copyInitial } from "../../provider/engine/replication/copy-initial.ts";
import { resync } from "../../provider/engine/replication/resync.ts";
import { restoreDisk } from "../../provider/engine/replication/restore-disk.ts";
import { sendDelta } from "../../provider/engine/replication/send-delta.ts";
import { openReplicaStore } from "../../provider/targets/open-replica-store.ts";
import { SeededRandom } from "../../provider/random.ts";
import { changeBlocks, mebibyte } from "./workload.ts";

interface Arguments {
  readonly image: string;
  readonly store: string;
  readonly keyFile: string;
  readonly to: string;
  readonly count: number;
  readonly contentBytes: number;
  readonly salt: number;
  readonly tracked: boolean;
  readonly megabytes: number;
}

const [job = "", json = "{}"] = process.argv.slice(2);
const args = JSON.parse(json) as Arguments;
const machineId = "bench";
const diskId = "disk";

const open = (): ReturnType<typeof openReplicaStore> =>
  openReplicaStore({ folder: args.store, keyFile: args.keyFile });

async function cycle(copy: typeof copyInitial | typeof sendDelta | typeof resync): Promise<object> {
  const store = open();
  const snapshot = await takeSnapshot([args.image]);
  const source = { machineId, disks: [{ diskId, path: args.image }] };
  const started = performance.now();
  const result = await copy({ store, source, snapshot, clock: systemClock });
  return { bytesStored: result.bytesSent, inner: (performance.now() - started) / 1000 };
}

/** Plain and tracked writes by the same loop: 1 MiB one after the other, then 4 KiB at random with a flush each. */
async function writes(): Promise<object> {
  const random = new SeededRandom(1);
  const large = Buffer.from(random.bytes(mebibyte));
  const small = Buffer.from(random.bytes(4096));
  const file = args.tracked ? undefined : fs.openSync(args.image, "r+");
  const disk = args.tracked ? await openTrackedDisk(args.image) : undefined;
  const write = async (data: Buffer, offset: number): Promise<void> => {
    if (disk) await disk.write(data, offset);
    else fs.writeSync(file!, data, 0, data.length, offset);
  };
  const flush = async (): Promise<void> => {
    if (disk) return disk.flush();
    await new Promise<void>((resolve, reject) =>
      fs.fdatasync(file!, (error) => (error ? reject(error) : resolve())),
    );
  };
  let started = performance.now();
  for (let index = 0; index < args.megabytes; index += 1) await write(large, index * mebibyte);
  await flush();
  const sequential = (performance.now() - started) / 1000;
  started = performance.now();
  for (let index = 0; index < args.count; index += 1) {
    await write(small, random.below((args.megabytes * mebibyte) / 4096) * 4096);
    await flush();
  }
  const flushed = (performance.now() - started) / 1000;
  await disk?.close();
  if (file !== undefined) fs.closeSync(file);
  return { sequential, flushed };
}

function attach(): object {
  const started = performance.now();
  const store = open();
  const [point] = store.recoveryPoints(machineId).slice(-1);
  const disk = attachPoint({ store, pointId: point!.id, diskId, overlayPath: args.to });
  disk.read(Buffer.alloc(4096), 0);
  return { inner: (performance.now() - started) / 1000 };
}

async function restore(): Promise<object> {
  const store = open();
  const [point] = store.recoveryPoints(machineId).slice(-1);
  await restoreDisk({ store, pointId: point!.id, diskId, toPath: args.to, overwrite: true });
  return {};
}

const jobs: Record<string, () => Promise<object> | object> = {
  initial: () => cycle(copyInitial),
  delta: () => cycle(sendDelta),
  resync: () => cycle(resync),
  restore,
  attach,
  writes,
  change: async () => {
    await changeBlocks(args.image, args.count, args.contentBytes, args.salt);
    return {};
  },
};

const result = await jobs[job]!();
const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync("/proc/self/status", "utf8"));
process.stdout.write(JSON.stringify({ ...result, peakMebibytes: Math.round(Number(peak?.[1] ?? 0) / 1024) }));
