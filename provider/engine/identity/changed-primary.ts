/**
 * A machine that runs at the recovery side leaves its disks at the primary side behind, and a way back overwrites them.
 * What was written to them after the failover is nowhere else, so it is an alert, and no way back begins before a
 * person gives it up.
 */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { putItem } from "../../store/protected-items.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../../model/flows.ts";
import type { ImagesLeft, ItemDisk, PrimaryLeft, ProtectedItem } from "../../model/item.ts";
import { lineagesOf } from "../replication/source-doubt.ts";
import type { Lineages } from "../../model/lineage.ts";
import { filterInTurn } from "../../in-turn.ts";

/**
 * What an image is now, to be compared later: inode, size and times. `isMoved`: it gets another name now, which changes the
 * last of its times.
 */
export function imageText(parts: EngineParts, file: string, { isMoved = false } = {}): string {
  const { inode, sizeBytes, modifiedAtNs, changedAtNs } = parts.files.facts(file);
  return [inode, sizeBytes, modifiedAtNs, ...(isMoved ? [] : [changedAtNs])].join(" ");
}

function isAsNoted(noted: string, now: string): boolean {
  return now === noted || now.startsWith(`${noted} `);
}

/** The images as they are now, to be compared later. Those that are missing, or no files, are left out. */
export function imagesLeft(parts: EngineParts, { details }: ProtectedItem, folder: string): ImagesLeft {
  if (!parts.machines.holdsFiles(folder)) return {};
  const there = details.disks
    .map(({ id, file }) => ({ id, file: path.join(folder, file) }))
    .filter(({ file }) => parts.files.exists(file));
  return Object.fromEntries(there.map(({ id, file }) => [id, imageText(parts, file)]));
}

/** What a machine's logs counted from after its newest recovery point, or since its disks were made equal to that. */
export function sentUpTo({ details }: ProtectedItem, newest: RecoveryPoint): Lineages[] {
  const { primarySeed: seed } = details;
  return [lineagesOf(newest), ...(seed?.pointId === newest.id ? [seed.lineages] : [])];
}

async function isChanged(
  parts: EngineParts,
  folder: string,
  left: PrimaryLeft,
  disk: ItemDisk,
): Promise<boolean> {
  const isFile = parts.machines.holdsFiles(folder);
  const file = isFile ? path.join(folder, disk.file) : `${folder}/${disk.file}`;
  if (isFile && !parts.files.exists(file)) return false;
  if (left.areChanged === true || left.changedDisks?.includes(disk.id) === true) return true;
  // Changes that an unplanned failover left unsent are known to be lost; only later ones count.
  const image = left.images?.[disk.id];
  if (image !== undefined) return !isAsNoted(image, imageText(parts, file));
  const now = await parts.snapshots.stateOf({ machine: folder, diskId: disk.id, path: file });
  if (now.pendingBlocks > 0 || now.resyncRequired) return true;
  const known = left.sentUpTo?.map((lineages) => lineages[disk.id]);
  return known !== undefined && !known.some((lineage) => lineage !== undefined && now.continues(lineage));
}

/** A source that runs though its machine was failed over writes to its disks, whatever is known of the failover. */
async function leftIn(
  parts: EngineParts,
  { details }: ProtectedItem,
  folder: string,
): Promise<PrimaryLeft | undefined> {
  if (details.primaryLeft !== undefined) return details.primaryLeft;
  const runs =
    (await parts.machines.exists(folder)) && (await parts.machines.powerState(folder)) === "running";
  return runs ? {} : undefined;
}

/** Ids of the disks in a folder of the primary side that were changed after the failover. Reads change logs only. */
export async function changedDisks(
  parts: EngineParts,
  item: ProtectedItem,
  folder: string,
): Promise<string[]> {
  const { activeLocation, details } = item;
  if (activeLocation !== "recovery" || flows[details.flow].purpose !== "protection") return [];
  const left = await leftIn(parts, item, folder);
  if (left === undefined) return [];
  return (await filterInTurn(details.disks, async (disk) => isChanged(parts, folder, left, disk))).map(
    ({ id }) => id,
  );
}

/** As `changedDisks`; where disks cannot be looked at all of them count as changed. */
export async function mayBeChanged(
  parts: EngineParts,
  item: ProtectedItem,
  folder: string,
): Promise<string[]> {
  try {
    return await changedDisks(parts, item, folder);
  } catch (error) {
    if (!isExpected(error)) throw error;
    return item.details.disks.map(({ id }) => id);
  }
}

/** What is kept of disks before a job takes from them what shows their changes: those that were found, and how all are now. */
export function leftAfter(
  parts: EngineParts,
  item: ProtectedItem,
  { folder, changed }: { folder: string; changed: readonly string[] },
): PrimaryLeft {
  const images = imagesLeft(parts, item, folder);
  const { unsent } = item.details.primaryLeft ?? {};
  return {
    images,
    ...(changed.length === 0 ? {} : { changedDisks: changed }),
    ...(unsent === undefined ? {} : { unsent }),
  };
}

/**
 * The names of changed disks, for people. One whose file was last written when it was left may have other rights, owners or names
 * only, or a program has set its time back.
 */
export function changedText(
  parts: EngineParts,
  { details }: ProtectedItem,
  { folder, changed }: { folder: string; changed: readonly string[] },
): string {
  const withoutLast = (text: string): string => text.slice(0, text.lastIndexOf(" "));
  const texts = changed.map((diskId) => {
    const noted = details.primaryLeft?.images?.[diskId];
    const disk = details.disks.find(({ id }) => id === diskId);
    if (noted === undefined || disk === undefined || details.primaryLeft?.changedDisks?.includes(diskId))
      return diskId;
    const now = imageText(parts, path.join(folder, disk.file));
    const isWrittenThen = withoutLast(noted) === withoutLast(now);
    return isWrittenThen
      ? `${diskId} (last written before that, so perhaps only its rights, owner or names)`
      : diskId;
  });
  return texts.join(", ");
}

/** What a person does about changed disks, whatever brings the machine back: a command, a plan, a cluster or a program. */
export function discardCommand(itemId: string): string {
  return `siterecovery discard-primary-changes ${nameOf(itemId)}`;
}

/** Throws `ActionNotAllowed` if a way back would overwrite what was written after the failover. */
export async function requireUnchanged(
  parts: EngineParts,
  item: ProtectedItem,
  { folder, isDiscarded }: { folder: string; isDiscarded: boolean | undefined },
): Promise<void> {
  if (isDiscarded === true) return;
  const changed = await changedDisks(parts, item, folder);
  if (changed.length === 0) return;
  const message = said`The disks of ${item.details.machineName} in ${folder} were changed after its failover, or before it and not sent
      (${changedText(parts, item, { folder, changed })}). This would overwrite them. Copy the images away if you need what is in them, then run
      \`${discardCommand(item.id)}\` and this again.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: item.id });
}

/** Keeps with the item what is known of its disks at the primary side. */
export function noteLeft(parts: EngineParts, item: ProtectedItem, left: PrimaryLeft | undefined): void {
  const { primaryLeft: _before, ...details } = item.details;
  putItem(parts.store, {
    ...item,
    details: left === undefined ? details : { ...details, primaryLeft: left },
  });
}
