import type { CycleOptions, CycleResult } from "./cycle.ts";
import { resync } from "./resync.ts";

/**
 * The first full copy of a machine, its disks one by one under a snapshot [V2A-2, HW-2a]. A copy that was
 * killed or failed is gone on with by calling this again: what the target has already, in finished segments
 * or even in a recovery point whose news never arrived, is not sent again where the source still has the same
 * bytes. With nothing there it is a resync against an empty replica, and that is how it is done.
 */
export function copyInitial(options: CycleOptions): Promise<CycleResult> {
  return resync(options);
}
