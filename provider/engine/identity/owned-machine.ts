/**
 * Whose a machine's folder is. Whatever the engine makes carries a mark that names engine, item, purpose and job; it
 * writes over a folder, or removes one, only by that mark and never because a path is there.
 */
import { nameOf, sameId } from "../../arm-id.ts";
import { makeFolderDurably } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { FoundMark, MachineOwner } from "../../model/machine-mark.ts";
import { isMarkFile } from "../../machines/machine-mark.ts";
import { randomUuid } from "../../random.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { RecoveryMachine } from "../../model/item.ts";
import { said } from "../../message.ts";
import { findJob } from "../../store/jobs.ts";
import { findItem } from "../../store/protected-items.ts";

/** What a job makes a machine for. */
export type Making = Pick<MachineOwner, "purpose" | "drillId" | "pointId" | "pointTakenAt" | "images">;

/** What the mark of a machine that a job makes says. */
export function ownerFor(
  { parts, itemId, jobId }: { parts: EngineParts; itemId: string; jobId: string },
  making: Making,
): MachineOwner {
  return { engineId: parts.engineId, itemId, jobId, ...making };
}

const purposeNames: Record<MachineOwner["purpose"], string> = {
  replica: "the replica machine",
  test: "the test machine",
  failback: "the machine that a failback made",
};

function describe(mark: FoundMark | undefined): string {
  if (!mark?.madeBy) return "a machine that is no replica and no drill of this item";
  const { purpose, itemId } = mark.madeBy;
  return `${purposeNames[purpose]} of ${nameOf(itemId)}`;
}

async function runs(parts: EngineParts, folder: string): Promise<boolean> {
  return (await parts.machines.exists(folder)) && (await parts.machines.powerState(folder)) === "running";
}

function refuse(owner: MachineOwner, folder: string, what: string, mend: string): never {
  const made = owner.purpose === "test" ? "The drill" : "The move";
  const message = said`${made} of ${nameOf(owner.itemId)} needs the folder ${folder}, and ${what} is there. ${mend}`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: owner.itemId });
}

/** What people do about a folder that is taken. A copy of a drill's machine carries its mark, and no clean-up knows of it. */
function mendFor(parts: EngineParts, folder: string, mark: FoundMark | undefined): string {
  const { purpose, itemId } = mark?.madeBy ?? {};
  const isOfDrill =
    itemId !== undefined && findItem(parts.store, itemId)?.details.testMachine?.folder === folder;
  return purpose === "test" && isOfDrill
    ? `Clean up first with \`siterecovery clean-up ${nameOf(itemId)}\`.`
    : "Rename or remove that one, or give this machine another name at the recovery side.";
}

/**
 * Throws `AlreadyExists` unless a machine may be made in a folder: it is absent or empty, or holds what an earlier job of
 * the same item and purpose left there, which is off, and which this database knows.
 */
export async function requireFree(parts: EngineParts, folder: string, owner: MachineOwner): Promise<void> {
  if (!parts.files.exists(folder)) return;
  const mark = await parts.machines.markOf(folder);
  const made = mark?.madeBy;
  if (made === undefined) {
    if (mark === undefined && parts.files.list(folder).every(isMarkFile)) return;
    refuse(owner, folder, describe(mark), mendFor(parts, folder, mark));
  }
  const isOwn =
    made.engineId === owner.engineId &&
    sameId(made.itemId, owner.itemId) &&
    made.purpose === owner.purpose &&
    sameId(made.drillId ?? "", owner.drillId ?? "");
  if (!isOwn) refuse(owner, folder, describe(mark), mendFor(parts, folder, mark));
  if (!isKnownJob(parts, owner.itemId, made.jobId)) {
    const what = `${describe(mark)} that this database does not know of${(await runs(parts, folder)) ? " and that runs" : ""}`;
    const mend = `The database is older than that machine: put the newest one back, adopt the machine with \`siterecovery adopt-machine ${nameOf(owner.itemId)}\`, or remove the folder if you do not need it.`;
    refuse(owner, folder, what, mend);
  }
  if (!(await runs(parts, folder))) return;
  refuse(owner, folder, `${describe(mark)}, which runs,`, "Shut it down or remove it first.");
}

type Report = (line: string) => void;

/** Removes a machine, and says where files are kept that were in its folder and not its own. Absent is fine. */
export async function removeMachine(parts: EngineParts, folder: string, report: Report): Promise<void> {
  const kept = await parts.machines.remove(folder);
  if (kept.length > 0) report(`files in ${folder} that are not the machine's are kept in ${kept.join(", ")}`);
}

/** What `removeMachine` would keep, as the end of a step's sentence; empty if there is nothing. */
export async function keptText(parts: EngineParts, folder: string): Promise<string> {
  const foreign = await parts.machines.foreignFiles(folder);
  return foreign.length === 0 ? "" : ` and keep what is not its own beside it: ${foreign.join(", ")}`;
}

/** Makes a folder a job's own, empty and marked. Throws what `requireFree` throws. */
export async function claimFolder(
  parts: EngineParts,
  folder: string,
  { owner, report }: { owner: MachineOwner; report: Report },
): Promise<void> {
  await requireFree(parts, folder, owner);
  await removeMachine(parts, folder, report);
  makeFolderDurably(parts.files, folder);
  await parts.machines.setMark(folder, { machineId: randomUuid(parts.random), madeBy: owner });
}

/** Whether the machine in a folder is the one that was made there; one of an earlier version carries no mark. */
export async function isStill(
  parts: EngineParts,
  machine: Pick<RecoveryMachine, "folder" | "machineId">,
): Promise<boolean> {
  return (await parts.machines.markOf(machine.folder))?.machineId === machine.machineId;
}

/** Whether a machine that was made is in its place, also one whose definition a person has taken away: its disks may be all there. */
export async function isInPlace(
  parts: EngineParts,
  machine: Pick<RecoveryMachine, "folder" | "machineId">,
): Promise<boolean> {
  if (await parts.machines.exists(machine.folder)) return true;
  return (
    machine.machineId !== undefined && parts.files.exists(machine.folder) && (await isStill(parts, machine))
  );
}

/** Throws `DuplicateName` if another machine is where an item's machine was made. An absent one is fine here. */
export async function requireStill(
  parts: EngineParts,
  itemId: string,
  machine: Pick<RecoveryMachine, "folder" | "machineId" | "name">,
): Promise<void> {
  if (!(await parts.machines.exists(machine.folder)) || (await isStill(parts, machine))) return;
  const message = said`${machine.folder} holds another machine than ${machine.name}, which was made there for ${nameOf(itemId)}. Put that
      one back, or move the other away.`;
  throw new SiteRecoveryError("DuplicateName", message, { target: itemId });
}

/**
 * Removes a machine that was made for an item, and nothing else that is in its place now. Absent is fine. Returns
 * whether what is there was left alone.
 */
export async function removeMade(
  parts: EngineParts,
  machine: Pick<RecoveryMachine, "folder" | "machineId" | "name">,
  report: Report,
): Promise<{ leftAlone: boolean }> {
  if (!parts.files.exists(machine.folder)) return { leftAlone: false };
  if (await isStill(parts, machine)) {
    await removeMachine(parts, machine.folder, report);
    return { leftAlone: false };
  }
  report(`${machine.folder} holds another machine than ${machine.name} now, and is left alone`);
  return { leftAlone: true };
}

/** Removes what a job that failed has made in a folder, if that is what is there. */
export async function removeOfJob(
  { parts, jobId, progress }: { parts: EngineParts; jobId: string; progress: { report: Report } },
  folder: string,
): Promise<void> {
  if (!parts.files.exists(folder)) return;
  if ((await parts.machines.markOf(folder))?.madeBy?.jobId !== jobId) return;
  await removeMachine(parts, folder, (line) => progress.report(line));
}

/**
 * Marks a machine that is moved by a job, whichever side it is at. The mark outlives the engine's database: an older one
 * that is put back finds a move that it does not know.
 */
export async function noteMove(
  parts: EngineParts,
  folder: string,
  { itemId, jobId }: { itemId: string; jobId: string },
  to: "primary" | "recovery",
  { isUnfinished = false } = {},
): Promise<void> {
  const mark = (await parts.machines.markOf(folder)) ?? { machineId: randomUuid(parts.random) };
  const move = { engineId: parts.engineId, itemId, jobId, to };
  await parts.machines.setMark(folder, {
    ...mark,
    lastMove: isUnfinished ? { ...move, isUnfinished } : move,
  });
}

/** Whether this database knows a job that a machine's mark names: it ran it, the item has kept it, or a person had its result adopted. */
export function isKnownJob(parts: EngineParts, itemId: string, jobId: string): boolean {
  if (findJob(parts.store, jobId) !== undefined) return true;
  return findItem(parts.store, itemId)?.details.knownJobs?.includes(jobId) === true;
}
