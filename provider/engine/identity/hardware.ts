/**
 * A machine's hardware as `machine.yaml` says it now, against what its item keeps. What differs is drift: the next
 * cycle takes it over, so that a failover makes the machine of today.
 */
import { isDeepStrictEqual } from "node:util";
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { formatBytes } from "../../format-bytes.ts";
import type { Machine } from "../../ports/machines.ts";
import type { MachineDefinition, MachineDiskDefinition } from "../../model/machine-definition.ts";
import { addEvent } from "../../store/events.ts";
import { putItem } from "../../store/protected-items.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireMachineOf } from "../inventory/find-machine.ts";
import { requireNotShrunk, shrunkTexts } from "../replication/shrunk-disk.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { requireOwnSources } from "./exchanged-images.ts";
import type { ItemDetails, ItemDisk, ProtectedItem } from "../../model/item.ts";
import { protectionOf } from "../protected-item/protection.ts";
import { said } from "../../message.ts";

interface HardwareDrift {
  /** What differs, each as a few words, such as `disk data was added`; without `shrunk`. */
  readonly changes: readonly string[];
  /** Disks that became smaller, each as a few words: no cycle takes that over unless a person accepts it. */
  readonly shrunk: readonly string[];
  /** Disks that were added later and that the item's settings do not include. */
  readonly unprotectedDisks: readonly string[];
}

/** What a failover would make of a machine. */
export interface MachineHardware {
  readonly definition: MachineDefinition;
  readonly disks: readonly ItemDisk[];
}

interface Hardware extends HardwareDrift, MachineHardware {
  /** Where the machine is. */
  readonly folder: string;
}

/** Facts of the hardware that people know by a word; the rest is taken over without one. */
const facts = {
  firmware: "firmware",
  cpus: "CPUs",
  memoryMiB: "memory in MiB",
  storageClassification: "storage classification",
} as const;

/** What an item keeps went through JSON, what machine.yaml says through YAML. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}

function factChanges(before: MachineDefinition, now: MachineDefinition): string[] {
  const changed = Object.entries(facts).flatMap(([key, title]) => {
    const [from, to] = [before, now].map((definition) => definition[key as keyof typeof facts]);
    return from === to ? [] : [`${title} ${from ?? "none"} → ${to ?? "none"}`];
  });
  return [
    ...changed,
    ...(isSame(before.nics, now.nics) ? [] : ["network cards"]),
    ...(isSame(before.guestOs, now.guestOs) ? [] : ["guest system"]),
  ];
}

function diskChanges(before: readonly ItemDisk[], now: readonly ItemDisk[]): string[] {
  const removed = before.filter(({ id }) => !now.some((disk) => disk.id === id));
  return [
    ...removed.map(({ id }) => `disk ${id} was removed`),
    ...now.flatMap((disk) => {
      const former = before.find(({ id }) => id === disk.id);
      if (former === undefined) return [`disk ${disk.id} was added`];
      const size = `${formatBytes(former.sizeBytes)} → ${formatBytes(disk.sizeBytes)}`;
      return [
        ...(former.file === disk.file ? [] : [`disk ${disk.id} is ${disk.file}, was ${former.file}`]),
        ...(former.sizeBytes >= disk.sizeBytes ? [] : [`disk ${disk.id} has another size (${size})`]),
      ];
    }),
  ];
}

const sizesOf = (disks: readonly ItemDisk[]): { diskId: string; sizeBytes: number }[] =>
  disks.map(({ id, sizeBytes }) => ({ diskId: id, sizeBytes }));

function hardwareOf(parts: EngineParts, { id, details }: ProtectedItem, machine: Machine): Hardware {
  const inputs = findThing<ItemInputs>(parts.store, id)?.inputs;
  const chosen = inputs && protectionOf(inputs).diskIds;
  const isChosen = (diskId: string): boolean => chosen === undefined || chosen.includes(diskId);
  // A disk that was there from the first day and is not included was left out on purpose.
  const isKnown = (diskId: string): boolean => details.definition.disks.some((disk) => disk.id === diskId);
  const disks = machine.disks
    .filter((disk) => isChosen(disk.id))
    .map(({ id: diskId, file, sizeBytes }) => ({ id: diskId, file, sizeBytes }));
  const now = parts.machines.definitionOf(machine);
  const definition = { ...now, disks: now.disks.filter((disk) => isChosen(disk.id) || isKnown(disk.id)) };
  return {
    folder: machine.folder,
    definition,
    disks,
    changes: [...factChanges(details.definition, definition), ...diskChanges(details.disks, disks)],
    shrunk: shrunkTexts(sizesOf(details.disks), sizesOf(disks)),
    unprotectedDisks: now.disks.flatMap((disk) => (definition.disks.includes(disk) ? [] : [disk.id])),
  };
}

/** Whether the item's hardware equals its machine's at the primary side. */
function followsPrimary({ activeLocation, details }: ProtectedItem): boolean {
  return activeLocation === "primary" && details.reverse === undefined;
}

/** Returns the disks of an item as a machine has them today that is read already. */
export function disksToday(parts: EngineParts, item: ProtectedItem, machine: Machine): readonly ItemDisk[] {
  return followsPrimary(item) ? hardwareOf(parts, item, machine).disks : item.details.disks;
}

/** Reads today's hardware of an item's machine; `undefined` if it does not count. Throws as the machine's disks do. */
async function readHardware(parts: EngineParts, item: ProtectedItem): Promise<Hardware | undefined> {
  return followsPrimary(item)
    ? hardwareOf(parts, item, (await requireMachineOf(parts, item)).machine)
    : undefined;
}

/** The same; `undefined` also if it cannot be read. */
async function hardwareNow(parts: EngineParts, item: ProtectedItem): Promise<Hardware | undefined> {
  try {
    return await readHardware(parts, item);
  } catch (error) {
    // A cycle that meets the same error reports it.
    if (error instanceof SiteRecoveryError) return undefined;
    throw error;
  }
}

/**
 * Returns today's hardware of an item's machine if it differs from what the item keeps, and may be taken over: a disk
 * that became smaller is for a person to decide.
 */
export async function changedHardware(
  parts: EngineParts,
  item: ProtectedItem,
): Promise<MachineHardware | undefined> {
  const now = await hardwareNow(parts, item);
  return now === undefined || now.changes.length === 0 || now.shrunk.length > 0 ? undefined : now;
}

/**
 * Says for people in what a machine differs from what its item keeps, and what becomes of it. Empty if the machine
 * cannot be read, or runs elsewhere.
 */
export async function driftTexts(parts: EngineParts, item: ProtectedItem): Promise<string[]> {
  const { changes = [], unprotectedDisks = [] } = (await hardwareNow(parts, item)) ?? {};
  return [
    ...(changes.length === 0
      ? []
      : [`its machine was changed, which the next cycle or update takes over: ${changes.join("; ")}`]),
    ...unprotectedDisks.map(
      (id) =>
        `disk ${id} was added and is not protected: name it in disksToInclude, or a failover leaves it out`,
    ),
  ];
}

/** Disks that the item had, for recovery points that hold them still. */
function formerDisks(details: ItemDetails, now: readonly ItemDisk[]): MachineDiskDefinition[] {
  const all = [...(details.formerDisks ?? []), ...details.definition.disks];
  return all.filter(
    (disk, index) =>
      !now.some(({ id }) => id === disk.id) &&
      all.findLastIndex((other) => other.id === disk.id) === index &&
      (details.formerDisks?.includes(disk) === true || details.disks.some(({ id }) => id === disk.id)),
  );
}

function requireSizes({ id, details }: ProtectedItem, disks: readonly ItemDisk[]): void {
  requireNotShrunk({ id, name: nameOf(id) }, sizesOf(details.disks), sizesOf(disks));
}

/**
 * Throws `PrerequisitesNotMet` if a disk of the machine became smaller or is another machine's, which no cycle takes over by itself.
 */
export function requireReplicable(parts: EngineParts, item: ProtectedItem, machine: Machine): void {
  const disks = disksToday(parts, item, machine);
  requireSizes(item, disks);
  requireOwnSources(parts, item, { folder: machine.folder, disks });
}

/**
 * Keeps with the item what its machine is now, with an event for what has changed. Returns the item as it is from now
 * on. Throws `SourceUnreachable` or `PrerequisitesNotMet` as the machine's disks do, and `PrerequisitesNotMet` for a disk
 * that became smaller or is another machine's unless that is accepted. The caller holds the item's lease.
 */
export async function takeOverHardware(
  parts: EngineParts,
  item: ProtectedItem,
  { acceptsAll }: { readonly acceptsAll: boolean },
): Promise<ProtectedItem> {
  const now = await readHardware(parts, item);
  if (now === undefined) return item;
  const { folder, definition, disks, ...drift } = now;
  if (!acceptsAll) {
    requireSizes(item, disks);
    requireOwnSources(parts, item, { folder, disks });
  }
  if (disks.length === 0) {
    const message = said`${item.details.machineName} has none of the disks that its item includes.
        Put one back into its machine.yaml, or change disksToInclude.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: item.id, property: "disks" });
  }
  const changes = [...drift.changes, ...drift.shrunk];
  if (changes.length === 0 && isSame(definition, item.details.definition)) return item;
  const former = formerDisks(item.details, disks);
  const details = {
    ...item.details,
    definition,
    disks,
    ...(former.length > 0 ? { formerDisks: former } : {}),
  };
  const taken = { ...item, details };
  parts.store.transaction(() => {
    putItem(parts.store, taken);
    if (changes.length === 0) return;
    addEvent(parts.store, {
      type: "VmHealth",
      code: "HardwareChanged",
      severity: "Warning",
      description: `${nameOf(item.id)}: its machine was changed, and a failover makes it as it is now: ${changes.join("; ")}`,
      targetId: item.id,
      at: parts.clock.now(),
    });
  });
  return taken;
}
