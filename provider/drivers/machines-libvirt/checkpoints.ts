/**
 * The checkpoints of a domain that the tracking has made. libvirt keeps a dirty bitmap for each in the images; the bitmaps of a
 * checkpoint and of all later ones together have what changed since it.
 */
import type { Clock } from "../../clock.ts";
import { all, at, attribute, readXml, textOf } from "../../machines/import/xml.ts";
import type { Lineage } from "../../model/lineage.ts";
import { bitmapName, lineageIn } from "../../qemu/snapshots/names.ts";
import type { DomainPlace } from "./domain-place.ts";
import { escapeMarkup } from "../../escape-markup.ts";
import { virsh, VirshRefusal } from "./virsh.ts";

export interface Checkpoint {
  readonly name: string;
  readonly lineage: Lineage;
  /** By target: the disks that it tracks, with their sizes when it was made. A disk that grows is not marked as changed. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** Sizes in bytes by target, as the checkpoint's description keeps them. */
function sizesIn(description: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(description ?? "{}");
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function readCheckpoint(
  clock: Clock,
  { uri, uuid }: DomainPlace,
  name: string,
): Promise<Checkpoint | undefined> {
  const lineage = lineageIn(name);
  if (lineage === undefined) return undefined;
  const root = readXml(await virsh(clock, uri, ["checkpoint-dumpxml", uuid, name, "--no-domain"]));
  const kept = sizesIn(textOf(at(root, "description")));
  const tracked = all(at(root, "disks"), "disk").filter((disk) => attribute(disk, "checkpoint") === "bitmap");
  const sizes = tracked.map((disk) => {
    const target = attribute(disk, "name") ?? "";
    return [target, Number(kept[target] ?? 0)] as const;
  });
  return { name, lineage, sizes: new Map(sizes) };
}

/** Those of the newest tracking, oldest first; what others have made is left out. */
export async function readCheckpoints(clock: Clock, place: DomainPlace): Promise<Checkpoint[]> {
  const text = await virsh(clock, place.uri, ["checkpoint-list", place.uuid, "--name"]);
  const found: Checkpoint[] = [];
  for (const line of text.split("\n")) {
    const checkpoint = await readCheckpoint(clock, place, line.trim());
    if (checkpoint !== undefined) found.push(checkpoint);
  }
  return found.sort((one, other) => one.lineage.generation - other.lineage.generation);
}

/**
 * Forgets a checkpoint: what its bitmap has is added to the one before, if there is one. Absent is fine. Of a checkpoint whose
 * bitmap a QEMU that was killed has never stored, libvirt's record alone is there.
 */
export async function deleteCheckpoint(
  clock: Clock,
  { uri, uuid }: DomainPlace,
  name: string,
): Promise<void> {
  const isRefused = async (words: readonly string[], expected: RegExp): Promise<boolean> => {
    try {
      await virsh(clock, uri, ["checkpoint-delete", uuid, name, ...words]);
      return false;
    } catch (error) {
      if (error instanceof VirshRefusal && expected.test(error.why))
        return !/no domain checkpoint/i.test(error.why);
      throw error;
    }
  };
  if (await isRefused([], /no domain checkpoint|not found in backing chain/i))
    await isRefused(["--metadata"], /no domain checkpoint/i);
}

/** What `virsh backup-begin` is given for the checkpoint that begins at the instant. `others` are disks that it leaves out. */
export function checkpointXml(
  lineage: Lineage,
  sizes: ReadonlyMap<string, number>,
  others: readonly string[],
): string {
  const disk = (target: string, how: string): string =>
    `<disk name="${escapeMarkup(target)}" checkpoint="${how}"/>`;
  return [
    "<domaincheckpoint>",
    `<name>${bitmapName(lineage)}</name>`,
    `<description>${escapeMarkup(JSON.stringify(Object.fromEntries(sizes)))}</description>`,
    "<disks>",
    ...[...sizes.keys()].map((target) => disk(target, "bitmap")),
    ...others.map((target) => disk(target, "no")),
    "</disks></domaincheckpoint>",
  ].join("");
}
