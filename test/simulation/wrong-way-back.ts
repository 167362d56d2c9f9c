/** Faults of a way back: it asks nobody, or forgets what it has made of the disks. */
import type * as changedPrimary from "../../provider/engine/identity/changed-primary.ts";
import { faulty } from "./engine-fault.ts";

export function wrongWayBack(right: typeof changedPrimary): typeof changedPrimary {
  const forgets: typeof right.noteLeft = (parts, item, left) =>
    right.noteLeft(parts, item, left?.overwrittenBy === undefined ? left : undefined);
  const unasked: typeof right.requireUnchanged = async (parts, item, options) => {
    if (item.details.primaryLeft?.overwrittenBy !== undefined)
      await right.requireUnchanged(parts, item, options);
  };
  return {
    ...right,
    noteLeft: faulty("waitingDisksStay", right.noteLeft, forgets),
    requireUnchanged: faulty("leftDisksStay", right.requireUnchanged, unasked),
  };
}
