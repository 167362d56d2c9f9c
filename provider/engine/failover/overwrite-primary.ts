/**
 * The way back of a machine's disks: those at the primary side are made equal to a recovery point by writing only
 * what differs, and a machine or a disk that is gone is made again (H2F-4). What it has made of each disk is kept, so that
 * a job that is resumed notices what others have written to them meanwhile.
 */
import path from "node:path";
import type { Lineage } from "../../model/lineage.ts";
import { noteMove, removeMachine } from "../identity/owned-machine.ts";
import type { ItemDisk } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { copyProgress } from "../job/report-progress.ts";
import { applyDelta } from "../replication/apply-delta.ts";
import { restoreDisk } from "../replication/restore-disk.ts";
import type { Seed } from "../../model/lineage.ts";
import { leasedFiles } from "../lease/under-lease.ts";
import {
  imagesLeft,
  imageText,
  leftAfter,
  mayBeChanged,
  noteLeft,
  requireUnchanged,
} from "../identity/changed-primary.ts";
import { requireDisksKnown } from "../identity/unknown-disks.ts";
import { takeBackName, whileAside, requireNamesFree } from "./overwritten-disk.ts";
import { makePlace, type PrimaryPlace, type WayBackContext } from "./primary-machine.ts";

export interface AppliedPoint {
  readonly bytesWritten: number;
  /** The disks equal this point, and what their changes count from since then. */
  readonly seed: Seed;
}

interface Applied {
  readonly bytesWritten: number;
  readonly lineage: Lineage | undefined;
}

/** Keeps with the item that this job overwrites the disks, and what it has made of one of them. */
function noteOverwritten(
  { parts, item, jobId }: Pick<WayBackContext<unknown>, "parts" | "item" | "jobId">,
  images: Readonly<Record<string, string>>,
): void {
  const { primaryLeft } = item().details;
  noteLeft(parts, item(), { images: { ...primaryLeft?.images, ...images }, overwrittenBy: jobId });
}

/** Makes a disk equal to a point. From then on its changes count towards the next delta: what they count from is returned. */
async function applyToDisk<Input>(
  context: WayBackContext<Input>,
  { folder, diskId }: { folder: string; diskId: string },
  options: Parameters<typeof restoreDisk>[0],
): Promise<Applied> {
  const { files, snapshots } = context.parts;
  const { toPath: image } = options;
  const disk = { machine: folder, diskId, path: image };
  const reset = (): Promise<Lineage | undefined> => snapshots.reset(disk);
  const note = (at: string, isMoved: boolean): void => {
    noteOverwritten(context, { [diskId]: imageText(context.parts, at, { isMoved }) });
  };
  const apply = async (work: typeof applyDelta): Promise<number> => {
    const onto = (toPath: string): ReturnType<typeof work> => work({ ...options, toPath });
    const moved = leasedFiles(files, context.parts);
    const { bytesWritten } = await whileAside(moved, image, onto, (at) => note(at, true));
    note(image, false);
    return bytesWritten;
  };
  if (!files.exists(image)) {
    const bytesWritten = await apply(restoreDisk);
    return { bytesWritten, lineage: await reset() };
  }
  const before = files.facts(image).sizeBytes;
  const applied = await snapshots.whileNobodyWrites(disk, async () => {
    const bytesWritten = await apply(applyDelta);
    // Logs are of one size: those of a disk that has another one begin again once it is opened again.
    const isSameSize = files.facts(image).sizeBytes === before;
    return { bytesWritten, lineage: isSameSize ? await reset() : undefined };
  });
  return applied.lineage === undefined ? { ...applied, lineage: await reset() } : applied;
}

/** Makes the primary side's disks equal to a point of the relationship in use. The machine is off then. */
export async function overwritePrimary<Input>(
  context: WayBackContext<Input>,
  { pointId, place, isDiscarded }: { pointId: string; place: PrimaryPlace; isDiscarded: boolean | undefined },
): Promise<AppliedPoint> {
  const { parts, progress, jobId } = context;
  const item = context.item();
  const { folder } = place;
  const { replicaStoreId, replicaId } = relationshipOf(item);
  const store = await parts.replicaStoreOf(replicaStoreId);
  const hasBegun = item.details.primaryLeft?.overwrittenBy === jobId;
  // There may have been writes since the job's first look; what a person gave up was what there was when the job began.
  await requireUnchanged(parts, item, { folder, isDiscarded: isDiscarded === true && !hasBegun });
  await requireDisksKnown(parts, item);
  requireNamesFree(parts.files, item, folder);
  if (place.isThere) await parts.machines.shutDown(folder);
  else await makePlace(context, folder, pointId);
  await noteMove(parts, folder, context, "primary", { isUnfinished: true });
  takeBackNames(context, folder);
  // From here on the disks are what this job makes of them, also if it fails.
  noteOverwritten(context, imagesLeft(parts, item, folder));
  let bytesWritten = 0;
  const lineages: Record<string, Lineage> = {};
  for (const disk of item.details.disks) {
    const options = {
      store,
      machineId: replicaId,
      pointId,
      diskId: disk.id,
      toPath: path.join(folder, disk.file),
      onProgress: copyProgress(parts.clock, progress, "failback"),
      ...(progress.signal ? { signal: progress.signal } : {}),
    };
    const applied = await parts.copySlot(() => applyToDisk(context, { folder, diskId: disk.id }, options));
    bytesWritten += applied.bytesWritten;
    if (applied.lineage !== undefined) lineages[disk.id] = applied.lineage;
  }
  if (!place.isThere) await parts.machines.define(folder, item.details.definition);
  await noteMove(parts, folder, context, "primary");
  return { bytesWritten, seed: { pointId, lineages } };
}

function takeBackNames(
  { parts, item }: Pick<WayBackContext<unknown>, "parts" | "item">,
  folder: string,
): void {
  const imageOf = ({ file }: ItemDisk): string => path.join(folder, file);
  const files = leasedFiles(parts.files, parts);
  for (const disk of item().details.disks) takeBackName(files, imageOf(disk));
}

/**
 * Stops a machine that an unfinished way back has made or started; one that it made is removed. Disks that it has begun to
 * overwrite are what it made of them: what changes them from now on is noticed.
 */
export async function undoPrimary(
  { parts, jobId, item, progress }: Pick<WayBackContext<unknown>, "parts" | "jobId" | "item" | "progress">,
  { folder, isThere }: PrimaryPlace,
): Promise<void> {
  if (!parts.files.exists(folder)) return;
  const left = item().details.primaryLeft;
  const isOverwritten = left === undefined || left.overwrittenBy === jobId;
  // What was written to them meanwhile cannot be told any more from what the job made of them.
  const changed = isOverwritten ? await mayBeChanged(parts, item(), folder) : [];
  if (await parts.machines.exists(folder)) await parts.machines.shutDown(folder);
  if (isOverwritten) {
    takeBackNames({ parts, item }, folder);
    const { unsent: _overwritten, ...found } = leftAfter(parts, item(), { folder, changed });
    noteLeft(parts, item(), { ...found, overwrittenBy: jobId });
  }
  if (!isThere && (await parts.machines.markOf(folder))?.madeBy?.jobId === jobId)
    await removeMachine(parts, folder, (line) => progress.report(line));
}
