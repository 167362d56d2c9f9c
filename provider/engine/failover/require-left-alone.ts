/**
 * The machine that a move back has left at the recovery side is removed when replication begins again. What was written
 * to it since the move is nowhere else.
 */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { EngineParts } from "../engine-parts.ts";
import { isStill } from "../identity/owned-machine.ts";
import type { ImagesLeft, ProtectedItem } from "../../model/item.ts";
import { requireDisksKnown } from "../identity/unknown-disks.ts";
import { imagesLeft, imageText } from "../identity/changed-primary.ts";

/** The images of its machine at the recovery side, off after a move back; none of a side that cannot be read. */
export function recoveryImages(parts: EngineParts, item: ProtectedItem): ImagesLeft | undefined {
  const { recoveryMachine } = item.details;
  if (recoveryMachine === undefined) return undefined;
  try {
    return imagesLeft(parts, item, recoveryMachine.folder);
  } catch (error) {
    if (!isExpected(error)) throw error;
    return undefined;
  }
}

/** Throws `ActionNotAllowed` if the machine runs, has a disk that nothing replicates, or one that is not as the move back left it. */
export async function requireLeftAlone(parts: EngineParts, item: ProtectedItem): Promise<void> {
  const { id, details } = item;
  const { recoveryMachine: machine } = details;
  if (
    machine === undefined ||
    !(await parts.machines.exists(machine.folder)) ||
    !(await isStill(parts, machine))
  )
    return;
  await requireDisksKnown(parts, item);
  const changed = details.disks.filter((disk) => {
    const file = path.join(machine.folder, disk.file);
    const left = machine.left?.[disk.id];
    return left !== undefined && parts.files.exists(file) && imageText(parts, file) !== left;
  });
  const runs = (await parts.machines.powerState(machine.folder)) === "running";
  if (!runs && changed.length === 0) return;
  const what = runs
    ? "runs"
    : `was written to after the move back (${changed.map((disk) => disk.id).join(", ")})`;
  const message = said`${machine.name} at the recovery side ${what}, and would be removed with what it has written. Copy what you need
      out of ${machine.folder}, shut it down and remove that folder. Then run \`siterecovery reverse-replicate ${nameOf(id)}\` again.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: id });
}
