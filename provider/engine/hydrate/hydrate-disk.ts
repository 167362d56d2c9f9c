/**
 * Brings a disk of a recovery point into a page blob, as a fixed VHD: all of it the first time, later what differs from the
 * point that the blob holds. A lease keeps others from writing meanwhile; between two runs the blob's tag shows whether
 * someone did. What a killed run has written is resumed.
 */
import pLimit from "p-limit";
import type { Clock } from "../../clock.ts";
import { blockCountOf, blockSizeBytes } from "../../disks/disk.ts";
import { type PageBlobFacts, type PageBlobs, writeBytesMax } from "../../drivers/page-blobs/page-blobs.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { vhdFooter, vhdSizeOf } from "../../images/vhd.ts";
import { said } from "../../message.ts";
import { randomUuid, systemRandom } from "../../random.ts";
import type { DiskMap } from "../../replica/layers/disk-map.ts";
import { SegmentCache } from "../../replica/layers/segment-cache.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";
import { openPinnedDisk, type PinnedDisk } from "../replication/pinned-disk.ts";
import { type ChangedRun, changedRuns, measureRuns } from "./changed-runs.ts";
import type { HydrationRun, HydrationState, HydrationStates } from "./hydration-state.ts";
import { readRun } from "./read-run.ts";

/** Runs that are on their way at once; after them the progress is noted. */
const parallel = 4;
const footerBytes = 512;

export interface HydrateDisk {
  readonly store: ReplicaStore;
  readonly blobs: PageBlobs;
  readonly states: HydrationStates;
  readonly clock: Clock;
  readonly itemId: string;
  readonly diskId: string;
  readonly pointId: string;
  readonly blobName: string;
  /** Writes everything, whatever the blob holds. Default: only what differs. */
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
  readonly signal?: AbortSignal;
}

export interface HydratedDisk {
  readonly diskId: string;
  /** What people see of the blob's place. */
  readonly blob: string;
  readonly sizeBytes: number;
  readonly pointId: string;
  /** The point whose bytes were there before; `undefined` if everything was written. */
  readonly basePointId: string | undefined;
  /** Whether a run that was cut short was resumed. */
  readonly isResumed: boolean;
  readonly bytesWritten: number;
  readonly bytesCleared: number;
}

/** What is to be done, as the state and the blob say. */
interface Plan {
  readonly state: HydrationState;
  readonly run: HydrationRun;
  readonly facts: PageBlobFacts | undefined;
  readonly isResumed: boolean;
}

/**
 * Throws `AlreadyExists` for a blob that is not this engine's, and `PrerequisitesNotMet` for one that others have changed;
 * `all` replaces both.
 */
export async function hydrateDisk(options: HydrateDisk): Promise<HydratedDisk> {
  const { store } = options;
  const plan = await planOf(options);
  const pinned = await openPinnedDisk({ store, pointId: plan.run.toPointId, diskId: options.diskId });
  try {
    const base = await openBase(options, plan.run);
    try {
      const result = await bringIn(options, plan, pinned, base?.map);
      // A run that was resumed may have been for an older point.
      if (plan.run.toPointId === options.pointId || options.dryRun === true) return result;
      const rest = await hydrateDisk(options);
      return {
        ...rest,
        basePointId: result.basePointId,
        isResumed: true,
        bytesWritten: result.bytesWritten + rest.bytesWritten,
        bytesCleared: result.bytesCleared + rest.bytesCleared,
      };
    } finally {
      await base?.close();
    }
  } finally {
    await pinned.close();
  }
}

async function planOf(options: HydrateDisk): Promise<Plan> {
  const { blobs, blobName, pointId, store, states, itemId, diskId } = options;
  const place = blobs.placeOf(blobName);
  const facts = await blobs.facts(blobName);
  const known = states.read(itemId, diskId, place);
  const { disks } = await store.findPoint(pointId);
  const diskSizeBytes = disks.find((disk) => disk.diskId === diskId)?.sizeBytes ?? 0;
  const leaseId = known?.leaseId ?? randomUuid(systemRandom);
  const begin = (basePointId: string | undefined): Plan => ({
    state: { format: 1, blob: place, diskSizeBytes, leaseId, held: known?.held, run: undefined },
    run: { toPointId: pointId, basePointId, isPrepared: basePointId !== undefined, doneBlock: 0 },
    facts,
    isResumed: false,
  });
  if (options.all === true || facts === undefined) return begin(undefined);
  if (known === undefined) {
    const message = said`There is a blob ${place} already, which this engine has not made. Hydrate into another container, or replace it with --all.`;
    throw new SiteRecoveryError("AlreadyExists", message, { target: place });
  }
  // A run that was cut short before its first write left the blob as it was.
  const isUntouched = known.held !== undefined && known.held.tag === facts.tag;
  if (known.run !== undefined && !isUntouched) {
    // The lease was held since: what was written is what this engine wrote.
    const isHeld = facts.isLeased || (known.held === undefined && !known.run.isPrepared);
    if (!isHeld) throw changedByOthers(place);
    const isThere = await hasPoint(store, known.run.toPointId);
    const isSameSize = known.diskSizeBytes === diskSizeBytes;
    if (isThere && isSameSize) return { state: known, run: known.run, facts, isResumed: true };
    return begin(undefined);
  }
  if (!isUntouched) throw changedByOthers(place);
  const isSame = known.diskSizeBytes === diskSizeBytes && (await hasPoint(store, known.held!.pointId));
  return begin(isSame ? known.held!.pointId : undefined);
}

function changedByOthers(place: string): SiteRecoveryError {
  const message = said`${place} was changed by others since it was hydrated last. Find out by whom; --all writes all of it again.`;
  return new SiteRecoveryError("PrerequisitesNotMet", message, { target: place });
}

async function hasPoint(store: ReplicaStore, pointId: string): Promise<boolean> {
  try {
    await store.findPoint(pointId);
    return true;
  } catch (error) {
    if (hasCode(error, "NotFound")) return false;
    throw error;
  }
}

async function openBase(
  { store, diskId }: HydrateDisk,
  { basePointId }: HydrationRun,
): Promise<PinnedDisk | undefined> {
  return basePointId === undefined ? undefined : openPinnedDisk({ store, pointId: basePointId, diskId });
}

async function bringIn(
  options: HydrateDisk,
  { state, run, facts, isResumed }: Plan,
  pinned: PinnedDisk,
  base: DiskMap | undefined,
): Promise<HydratedDisk> {
  const { blobs, blobName, states, itemId, diskId, dryRun = false } = options;
  const runs = (fromBlock: number): AsyncGenerator<ChangedRun> =>
    changedRuns(pinned, base, { fromBlock, runBytesMax: writeBytesMax });
  const left = await measureRuns(runs(run.doneBlock));
  const { toPointId, basePointId } = run;
  const result = {
    diskId,
    blob: state.blob,
    sizeBytes: pinned.disk.sizeBytes,
    pointId: toPointId,
    basePointId,
    isResumed,
  };
  const isNothing = basePointId === toPointId && !isResumed;
  if (dryRun || isNothing) {
    const bytes = isNothing ? { dataBytes: 0, zeroBytes: 0 } : left;
    return { ...result, bytesWritten: bytes.dataBytes, bytesCleared: bytes.zeroBytes };
  }
  const note = (changed: Partial<HydrationRun>): void =>
    states.write(itemId, diskId, { ...state, run: { ...run, ...changed } });
  note({});
  const imageBytes = vhdSizeOf(pinned.disk.sizeBytes);
  await prepare(options, { ...run, facts }, { leaseId: state.leaseId, blobBytes: imageBytes + footerBytes });
  note({ isPrepared: true });
  const segments = new SegmentCache(pinned.folder);
  try {
    await writeRuns(options, { pinned, segments, leaseId: state.leaseId }, runs(run.doneBlock), {
      total: left.dataBytes,
      onDone: (doneBlock) => note({ isPrepared: true, doneBlock }),
    });
  } finally {
    await segments.close();
  }
  if (basePointId === undefined) {
    const footer = vhdFooter(imageBytes, { now: options.clock.now(), id: systemRandom.bytes(16) });
    await blobs.write(blobName, footer, imageBytes, state.leaseId);
  }
  const { tag } = (await blobs.facts(blobName))!;
  states.write(itemId, diskId, { ...state, held: { pointId: toPointId, tag }, run: undefined });
  await blobs.release(blobName, state.leaseId);
  return { ...result, bytesWritten: left.dataBytes, bytesCleared: left.zeroBytes };
}

/** Takes the lease, and makes the blob one of zeros if everything is to be written. */
async function prepare(
  { blobs, blobName }: HydrateDisk,
  { isPrepared, facts }: HydrationRun & { facts: PageBlobFacts | undefined },
  { leaseId, blobBytes }: { leaseId: string; blobBytes: number },
): Promise<void> {
  if (facts === undefined) await blobs.create(blobName, blobBytes);
  await blobs.lease(blobName, leaseId);
  if (isPrepared || facts === undefined) return;
  if (facts.sizeBytes !== blobBytes) await blobs.resize(blobName, blobBytes, leaseId);
  await blobs.clear(blobName, 0, blobBytes, leaseId);
}

interface Writer {
  readonly pinned: PinnedDisk;
  readonly segments: SegmentCache;
  readonly leaseId: string;
}

async function writeRuns(
  { blobs, blobName, onProgress, signal }: HydrateDisk,
  { pinned, segments, leaseId }: Writer,
  runs: AsyncIterable<ChangedRun>,
  { total, onDone }: { total: number; onDone: (doneBlock: number) => void },
): Promise<void> {
  const imageBytes = vhdSizeOf(pinned.disk.sizeBytes);
  let bytesDone = 0;
  const write = async (run: ChangedRun): Promise<void> => {
    const offset = run.firstBlock * blockSizeBytes;
    const length = Math.min(run.blockCount * blockSizeBytes, imageBytes - offset);
    if (run.isZero) return blobs.clear(blobName, offset, length, leaseId);
    const bytes = await readRun(pinned, segments, run);
    await blobs.write(blobName, bytes.subarray(0, length), offset, leaseId);
    bytesDone += run.blockCount * blockSizeBytes;
    onProgress?.(bytesDone, total);
  };
  const limit = pLimit(parallel);
  let together: ChangedRun[] = [];
  const flush = async (): Promise<void> => {
    signal?.throwIfAborted();
    await limit.map(together, write);
    const last = together.at(-1);
    if (last !== undefined) onDone(last.firstBlock + last.blockCount);
    together = [];
  };
  for await (const run of runs) {
    together.push(run);
    if (together.length === parallel) await flush();
  }
  await flush();
  onDone(blockCountOf(pinned.disk.sizeBytes));
  onProgress?.(total, total);
}
