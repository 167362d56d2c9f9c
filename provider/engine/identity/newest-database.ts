/**
 * An older database that was put back must not act on machines that have moved since. The marks in the machines' folders
 * name the job of their newest move; a job that the database does not know was run after its backup was taken.
 */
import { nameOf, sameId } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import type { MachineMark } from "../../model/machine-mark.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import { replicaFolders } from "../inventory/recovery-side.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { isKnownJob } from "./owned-machine.ts";
import { said } from "../../message.ts";

/** A machine whose mark names a move that the database does not know. */
export interface LaterMove {
  readonly folder: string;
  readonly mark: MachineMark;
  /** Where the machine runs since that move. */
  readonly to: "primary" | "recovery";
}

/** What a look finds, or an empty list where it cannot be taken. */
async function quietly<T>(look: () => Promise<T[]>): Promise<T[]> {
  try {
    return await look();
  } catch (error) {
    if (isExpected(error)) return [];
    throw error;
  }
}

/** The folders of an item's machines at both sides, as far as they can be looked at. */
async function foldersOf(parts: EngineParts, item: ProtectedItem): Promise<string[]> {
  const primary = async (): Promise<string[]> => {
    const lookup = await findMachineOf(parts, item);
    return lookup.answer === "found" ? [lookup.place.folder] : [];
  };
  const recorded = item.details.recoveryMachine?.folder;
  return [
    ...(await quietly(primary)),
    ...(recorded === undefined ? [] : [recorded]),
    ...(await quietly(async () => replicaFolders(parts, item))),
  ];
}

/** What the marks of the item's machines say that was done with them, but for drills. */
async function madeOf(parts: EngineParts, item: ProtectedItem): Promise<Made[]> {
  const marks = (
    await Array.fromAsync(
      [...new Set(await foldersOf(parts, item))],
      async (folder) => (await parts.machines.markOf(folder)) ?? [],
    )
  ).flat();
  return marks
    .flatMap(({ lastMove, madeBy }) => [lastMove, madeBy?.purpose === "test" ? undefined : madeBy])
    .filter((one) => one !== undefined);
}

/** The jobs that the marks of the item's machines name and the database does not know. */
export async function laterJobs(parts: EngineParts, item: ProtectedItem): Promise<string[]> {
  return (await madeOf(parts, item)).filter(isLaterIn(parts, item)).map(({ jobId }) => jobId);
}

/** More than marks ever name at once: a host that is silent now may name jobs that no other one does. */
const knownJobsMax = 32;

/** The jobs of an item that the marks of its machines name and the database knows. */
export async function markedJobs(parts: EngineParts, item: ProtectedItem): Promise<string[]> {
  // Whatever needs a mark reports one that cannot be read: it must not make a job fail that has ended.
  return (await quietly(async () => madeOf(parts, item)))
    .filter((made) => made.engineId === parts.engineId && sameId(made.itemId, item.id))
    .map(({ jobId }) => jobId)
    .filter((jobId) => isKnownJob(parts, item.id, jobId));
}

/** The item with the jobs that the marks of its machines name. */
export function withKnownJobs(item: ProtectedItem, marked: readonly string[]): ProtectedItem {
  const before = (item.details.knownJobs ?? []).filter((jobId) => !marked.includes(jobId));
  const knownJobs = [...new Set([...before, ...marked])].slice(-knownJobsMax);
  return knownJobs.length === 0 ? item : { ...item, details: { ...item.details, knownJobs } };
}

type Made = Readonly<{ engineId: string; itemId: string; jobId: string }>;

function isLaterIn(parts: EngineParts, item: ProtectedItem): (made: Made | undefined) => boolean {
  return (made) =>
    made?.engineId === parts.engineId &&
    sameId(made.itemId, item.id) &&
    !isKnownJob(parts, item.id, made.jobId);
}

/** Finds a move of the item's machine that happened after the database was written, or returns `undefined`. */
export async function findLaterMove(parts: EngineParts, item: ProtectedItem): Promise<LaterMove | undefined> {
  const isLater = isLaterIn(parts, item);
  for (const folder of new Set(await foldersOf(parts, item))) {
    const mark = await parts.machines.markOf(folder);
    if (mark && isLater(mark.lastMove)) return { folder, mark, to: mark.lastMove!.to };
    if (mark && mark.madeBy?.purpose !== "test" && isLater(mark.madeBy)) {
      return { folder, mark, to: mark.madeBy!.purpose === "replica" ? "recovery" : "primary" };
    }
  }
  return undefined;
}

/**
 * Whether a later move to the primary side was interrupted before the machine's disks there were those that it was to run
 * from: then it is still at the recovery side. Of a machine that cannot be found nothing is known.
 */
export async function isOnItsWay(
  parts: EngineParts,
  item: ProtectedItem,
  { to }: LaterMove,
): Promise<boolean> {
  if (to !== "primary" || item.details.recoveryMachine === undefined) return false;
  const lookup = await findMachineOf(parts, item);
  if (lookup.answer !== "found") return false;
  const last = lookup.place.mark?.lastMove;
  return last?.isUnfinished === true || !isLaterIn(parts, item)(last);
}

/** Throws `ActionNotAllowed` if the item's machine has moved since the database was written. */
export async function requireNewestDatabase(parts: EngineParts, item: ProtectedItem): Promise<void> {
  const later = await findLaterMove(parts, item);
  if (later === undefined) return;
  const name = nameOf(item.id);
  const message = said`The database is older than the machine of ${name}: it says that ${name} runs at the ${item.activeLocation} side,
      and ${later.folder} carries a later move to the ${later.to} side. Put the newest database back, or take over
      what is with \`siterecovery adopt-machine ${name}\`; if you do not need that machine, remove its folder.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: item.id });
}
