/**
 * Images at the recovery side that took each other's names. While nothing replicates from there no change log tells them apart, and a way
 * back would bring a machine another one's disk.
 */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ProtectedItem, RecoveryMachine } from "../../model/item.ts";
import { listItems } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";

interface Exchanged {
  readonly diskId: string;
  readonly file: string;
  /** Whose disk the image is. */
  readonly owner: ProtectedItem;
  readonly ownersDiskId: string;
}

/**
 * Which files the disks of a machine are that was made in a folder, by disk id: inode and time of birth. A number alone is given to
 * another file once a file is removed.
 */
export function imagesIn(
  parts: Pick<EngineParts, "files" | "machines">,
  folder: string,
  disks: readonly { readonly id: string; readonly file: string }[],
): Record<string, string> {
  if (!parts.machines.holdsFiles(folder)) return {};
  const images: Record<string, string> = {};
  for (const { id, file } of disks) {
    const image = path.join(folder, file);
    if (!parts.files.exists(image)) continue;
    const { inode, bornAtNs } = parts.files.facts(image);
    images[id] = `${inode} ${bornAtNs}`;
  }
  return images;
}

function ownerOf(parts: EngineParts, image: string): Pick<Exchanged, "owner" | "ownersDiskId"> | undefined {
  for (const owner of listItems(parts.store)) {
    const known = Object.entries(owner.details.recoveryMachine?.imagesMade ?? {});
    const [ownersDiskId] = known.find(([, other]) => other === image) ?? [];
    if (ownersDiskId !== undefined) return { owner, ownersDiskId };
  }
  return undefined;
}

/** Those of an item's machine that were made as other disks. One that a person put there, such as from a backup, is none. */
export function exchangedImages(parts: EngineParts, { details }: ProtectedItem): Exchanged[] {
  const machine: RecoveryMachine | undefined = details.recoveryMachine;
  const made = machine?.imagesMade;
  if (machine === undefined || made === undefined) return [];
  const now = imagesIn(parts, machine.folder, details.disks);
  return details.disks.flatMap(({ id, file }) => {
    const image = now[id];
    if (image === undefined || image === made[id]) return [];
    const found = ownerOf(parts, image);
    return found === undefined ? [] : [{ diskId: id, file: path.join(machine.folder, file), ...found }];
  });
}

/** For people: which image is whose, without a full stop. */
export function exchangedText(exchanged: readonly Exchanged[]): string {
  const texts = exchanged.map(
    ({ diskId, file, owner, ownersDiskId }) =>
      `disk ${diskId} (${file}) is the image of disk ${ownersDiskId} of ${nameOf(owner.id)}`,
  );
  return `${texts.join(", ")}; give the images their names back`;
}

/** Throws `ActionNotAllowed` before a move that would take another machine's disk for this one's, or remove it. */
export function requireNotExchanged(parts: EngineParts, item: ProtectedItem): void {
  const exchanged = exchangedImages(parts, item);
  if (exchanged.length === 0) return;
  const message = said`Images at the recovery side have changed their places: ${exchangedText(exchanged)}. Then run this again.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: item.id });
}
