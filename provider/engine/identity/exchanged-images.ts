/**
 * Images that took each other's names. While nothing replicates from the recovery side no change log tells them apart there, and a way back
 * would bring a machine another one's disk. At the primary side the next cycle would make recovery points of another one's disk.
 */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ItemDisk, ProtectedItem } from "../../model/item.ts";
import { listItems } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";

/** An image that is known as another disk. */
export interface Exchanged {
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

type KnownImages = Readonly<Record<string, string>> | undefined;

/** Those of a machine's images in a folder that are known as other disks'. One that nobody knows, such as from a backup, is none. */
function exchangedIn(
  parts: EngineParts,
  { folder, disks }: { folder: string; disks: readonly ItemDisk[] },
  item: ProtectedItem,
  knownOf: (item: ProtectedItem) => KnownImages,
): Exchanged[] {
  const known = knownOf(item);
  if (known === undefined) return [];
  const now = imagesIn(parts, folder, disks);
  return disks.flatMap(({ id, file }) => {
    const image = now[id];
    if (image === undefined || image === known[id]) return [];
    for (const owner of listItems(parts.store)) {
      const [ownersDiskId] = Object.entries(knownOf(owner) ?? {}).find(([, other]) => other === image) ?? [];
      if (ownersDiskId !== undefined)
        return { diskId: id, file: path.join(folder, file), owner, ownersDiskId };
    }
    return [];
  });
}

/** Those of an item's machine at the recovery side that were made as other disks. */
export function exchangedImages(parts: EngineParts, item: ProtectedItem): Exchanged[] {
  const { recoveryMachine: machine, disks } = item.details;
  if (machine === undefined) return [];
  const place = { folder: machine.folder, disks };
  return exchangedIn(parts, place, item, ({ details }) => details.recoveryMachine?.imagesMade);
}

/** Those of the disks of an item's machine at the primary side that were replicated as other disks. */
export function exchangedSources(
  parts: EngineParts,
  item: ProtectedItem,
  place: { folder: string; disks: readonly ItemDisk[] },
): Exchanged[] {
  return exchangedIn(parts, place, item, ({ details }) => details.imagesReplicated);
}

/** What a person does about it, to go behind what `exchangedText` says. */
export const acceptExchanged = (itemName: string): string =>
  `, or, if they were moved on purpose, run \`siterecovery replicate --resync ${itemName}\``;

/** Throws `PrerequisitesNotMet` before a cycle would make recovery points of another machine's disk. */
export function requireOwnSources(
  parts: EngineParts,
  item: ProtectedItem,
  place: { folder: string; disks: readonly ItemDisk[] },
): void {
  const exchanged = exchangedSources(parts, item, place);
  if (exchanged.length === 0) return;
  const name = nameOf(item.id);
  const message = said`${name} was not replicated: ${exchangedText(exchanged)}${acceptExchanged(name)}.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: item.id });
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
