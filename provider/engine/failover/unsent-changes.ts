/** Changes of a machine's disks that no recovery point has yet. */
import { blockSizeBytes } from "../../disks/disk.ts";
import { readChangeState } from "../../disks/read-change-state.ts";
import { isExpected } from "../../errors.ts";
import { formatBytes } from "../../format-bytes.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import type { CycleDisk } from "../replication-cycle/run-cycle.ts";
import { sourceDisks } from "../replication-cycle/source-disks.ts";

/** Whether disks have changes that were not sent, or may have. Throws if they cannot be read. */
export function hasUnsentChanges(parts: EngineParts, disks: readonly CycleDisk[]): boolean {
  return disks.some((disk) => {
    const state = readChangeState(disk.path, { files: parts.files });
    return state.pendingBlocks > 0 || state.resyncRequired;
  });
}

/** How much would stay behind, for people; `undefined` if it is nothing, or cannot be read. */
export function unsentText(parts: EngineParts, item: ProtectedItem): string | undefined {
  try {
    const states = sourceDisks(parts, item).map((disk) => readChangeState(disk.path, { files: parts.files }));
    if (states.some(({ resyncRequired }) => resyncRequired)) return "what it has changed is not known";
    const blocks = states.reduce((sum, { pendingBlocks }) => sum + pendingBlocks, 0);
    return blocks === 0
      ? undefined
      : `up to ${formatBytes(blocks * blockSizeBytes)} changed since its newest recovery point`;
  } catch (error) {
    if (!isExpected(error)) throw error;
    return undefined;
  }
}
