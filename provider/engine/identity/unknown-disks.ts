/**
 * Disks that a person gave to a machine at the recovery side. Nothing replicates them, and each move that removes the machine
 * would remove them with it.
 */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ProtectedItem } from "../../model/item.ts";
import type { MachineDisk } from "../../ports/machines.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireNotExchanged } from "./exchanged-images.ts";
import { isStill } from "./owned-machine.ts";

/** What the machine's definition names; nothing where it cannot be read, such as after an image was lost. */
async function disksOf(parts: EngineParts, folder: string): Promise<readonly MachineDisk[]> {
  try {
    return (await parts.machines.read(folder)).disks;
  } catch (error) {
    if (!isExpected(error)) throw error;
    return [];
  }
}

/** Those whose files the item does not know; none of a machine that is not there, or is another one. */
export async function unknownDisks(
  parts: EngineParts,
  { details }: ProtectedItem,
): Promise<readonly MachineDisk[]> {
  const { recoveryMachine: machine, disks: known } = details;
  if (machine === undefined || !(await parts.machines.exists(machine.folder))) return [];
  if (!(await isStill(parts, machine))) return [];
  const disks = await disksOf(parts, machine.folder);
  const isKnown = (disk: MachineDisk): boolean =>
    known.some(({ file }) => path.normalize(file) === path.normalize(disk.file));
  return disks.filter((disk) => !isKnown(disk));
}

/** Throws `ActionNotAllowed` before a move that would remove a disk that is nowhere else, or one that is another machine's. */
export async function requireDisksKnown(parts: EngineParts, item: ProtectedItem): Promise<void> {
  requireNotExchanged(parts, item);
  const unknown = await unknownDisks(parts, item);
  if (unknown.length === 0) return;
  const { name, folder } = item.details.recoveryMachine!;
  const listed = unknown.map(({ id, path: file }) => `${id} (${file})`).join(", ");
  const message = said`${name} at the recovery side has disks that nothing replicates: ${listed}. They would be removed with it. Copy them
      away, take them out of machine.yaml in ${folder}, and run this again. To keep them with ${nameOf(item.id)}, add them at the primary side afterwards.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: item.id });
}
