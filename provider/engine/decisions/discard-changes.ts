import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { EngineParts } from "../engine-parts.ts";
import { changedDisks, imagesLeft } from "../identity/changed-primary.ts";
import { primaryPlace } from "../failover/primary-machine.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";

export interface DiscardedChanges {
  /** Ids of the disks that a way back may overwrite as they are now. */
  readonly disks: readonly string[];
  readonly item: ProtectedItem;
}

/**
 * The item once a person has given up what its disks at the primary side hold now. Whatever changes them later is asked
 * for again. Throws `ActionNotAllowed` if there is nothing to give up, and `SourceUnreachable` if they cannot be looked at.
 */
export async function discardChanges(parts: EngineParts, itemId: string): Promise<DiscardedChanges> {
  const item = requireItem(parts, itemId);
  const isOut = item.activeLocation === "recovery";
  const folder = isOut
    ? (await primaryPlace({ parts, itemId, jobId: "", item: () => item })).folder
    : undefined;
  const disks = folder === undefined ? [] : await changedDisks(parts, item, folder);
  if (folder === undefined || disks.length === 0) {
    const where = isOut ? "have no changes since its failover" : "are the ones that it runs from";
    const message = said`There is nothing to discard for ${nameOf(itemId)}: its disks at the primary side ${where}.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
  }
  const primaryLeft = { images: imagesLeft(parts, item, folder) };
  return { disks, item: { ...item, details: { ...item.details, primaryLeft } } };
}
