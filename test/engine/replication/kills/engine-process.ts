/**
 * A process of the kill harness: runs the data plane on a machine's disks, step after step, a replication
 * cycle beside the others, and says on standard output when a step has begun and, once its call has
 * returned, that it is done. It goes on until it is killed.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import fs from "node:fs";
import { systemClock } from "../../../../provider/clock.ts";
import type { TrackedDisk } from "../../../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../../../provider/disks/take-snapshot.ts";
import { attachPoint } from "../../../../provider/engine/replication/attach-point.ts";
import { restoreDisk } from "../../../../provider/engine/replication/restore-disk.ts";
import { resync } from "../../../../provider/engine/replication/resync.ts";
import { sendDelta } from "../../../../provider/engine/replication/send-delta.ts";
import { hasCode } from "../../../../provider/errors.ts";
import { openReplicaStore } from "../../../../provider/replica/open-replica-store.ts";
import * as at from "./machine.ts";
import { mortalFileSystem } from "./mortal-file-system.ts";
import { phaseOf, type Phase } from "./phases.ts";
import { stepsOf, type Step } from "./steps.ts";

const pointsMax = 4;
const needsPoint = new Set<Step["kind"]>(["retain", "compact", "restore", "attach"]);
const { machine, seed, key, aim, death } = JSON.parse(process.argv[2]!) as at.Orders;

function say(saying: at.Saying): void {
  for (let line = Buffer.from(`${JSON.stringify(saying)}\n`); line.length > 0;) {
    try {
      line = line.subarray(fs.writeSync(1, line));
    } catch (error) {
      // Whoever listens is busy; nothing is lost.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

type Context = Exclude<Parameters<typeof phaseOf>[0], undefined>;
const context = new AsyncLocalStorage<Context>();
let phase: Phase | undefined;
const files = mortalFileSystem(
  (filePath) => phaseOf(context.getStore(), filePath),
  (now) => {
    if (now !== phase) say({ says: "phase", phase: now });
    phase = now;
  },
  death,
);
const source = at.sourceOf(machine);
const disks: TrackedDisk[] = [];
let underWay: Promise<void> = Promise.resolve();
let keyNow = key;

const open = (disk: number): Promise<TrackedDisk> => openTrackedDisk(at.imageOf(machine, disk), { files });
const store = await openReplicaStore({
  location: at.storeOf(machine),
  keyFile: at.keyFileOf(machine, key),
  threads: machine.threads,
  files,
});
for (const disk of machine.diskSizes.keys()) disks.push(await open(disk));

const pointIds = async (): Promise<string[]> =>
  (await store.recoveryPoints(at.machineId)).map((point) => point.id);

/** Takes the snapshot before it returns; the copying goes on beside the next steps. */
async function beginCycle(number: number, how: "delta" | "resync" | "cancelled"): Promise<void> {
  await underWay;
  say({ says: "begun", step: number });
  const snapshot = await takeSnapshot(
    source.disks.map((disk) => disk.path),
    { files },
  );
  const self = context.getStore()!;
  self.isTaken = true;
  say({ says: "taken", step: number });
  const abort = new AbortController();
  const mustCompare = snapshot.disks.some((disk) => disk.resyncRequired);
  const copy =
    (await pointIds()).length === 0 ? resync : how === "resync" || mustCompare ? resync : sendDelta;
  const onProgress = (): void => {
    if (how !== "cancelled") return;
    self.isCancelled = true;
    abort.abort();
  };
  const options = { store, source, snapshot, clock: systemClock, signal: abort.signal, onProgress };
  underWay = copy(options).then(
    ({ pointId }) => say({ says: "done", step: number, pointId }),
    (error: unknown) => {
      if (!hasCode(error, "Cancelled")) throw error;
      say({ says: "done", step: number });
    },
  );
  // Waited for by the next cycle; until then a failure must not be passed over.
  underWay.catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}

async function retain(number: number, keepBits: number): Promise<void> {
  await underWay;
  const kept = (await pointIds()).filter((_, index) => (keepBits >> (index % 16)) & 1);
  say({ says: "begun", step: number, kept });
  await store.retain(at.machineId, () => kept);
  say({ says: "done", step: number });
}

async function attach(number: number, step: Extract<Step, { kind: "attach" }>): Promise<void> {
  const ids = await pointIds();
  const pointId = ids[step.which % ids.length]!;
  const overlayPath = at.overlayOf(machine);
  say({ says: "begun", step: number, pointId });
  const attached = await attachPoint({ store, pointId, diskId: `disk-${step.disk}`, overlayPath });
  for (const [index, write] of step.writes.entries()) {
    await attached.write(write.data, write.offset);
    say({ says: "written", step: number });
    if (index % 2 === 1) await attached.fill(5);
    if (index % 3 === 2) await attached.flush();
  }
  await attached.close();
  say({ says: "done", step: number });
  for (const filePath of [overlayPath, `${overlayPath}.filled`]) fs.rmSync(filePath, { force: true });
}

async function run(number: number, step: Step): Promise<void> {
  const done = (): void => say({ says: "done", step: number });
  const ids = await pointIds();
  if (step.kind === "cycle" && ids.length < pointsMax) return beginCycle(number, step.how);
  if (step.kind === "cycle") return retain(number, 0b1100);
  if (needsPoint.has(step.kind) && ids.length === 0) return;
  if (step.kind === "retain") return retain(number, step.keepBits);
  if (step.kind === "attach") return attach(number, step);
  if (step.kind === "compact") await underWay;
  const pointId = step.kind === "restore" ? ids[step.which % ids.length]! : undefined;
  say({ says: "begun", step: number, ...(pointId === undefined ? {} : { pointId }) });
  if (step.kind === "write") await disks[step.disk]!.write(step.data, step.offset);
  else if (step.kind === "flush") await disks[step.disk]!.flush();
  else if (step.kind === "compact") await store.compact(at.machineId);
  else if (step.kind === "reopen") {
    await disks[step.disk]!.close();
    disks[step.disk] = await open(step.disk);
  } else if (step.kind === "rotate") {
    await store.rotateKey({ keyFile: at.keyFileOf(machine, 1 - keyNow) });
    keyNow = 1 - keyNow;
  } else if (step.kind === "restore") {
    const toPath = at.restoredOf(machine);
    await restoreDisk({ store, pointId: pointId!, diskId: `disk-${step.disk}`, toPath, overwrite: true });
  }
  done();
}

let number = 0;
for (const step of stepsOf(seed, machine.diskSizes, aim)) {
  await context.run({ kind: step.kind, isTaken: false, isCancelled: false }, () => run(number, step));
  number += 1;
  // Lets the cycle that is under way get its turn.
  if (number % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
}
