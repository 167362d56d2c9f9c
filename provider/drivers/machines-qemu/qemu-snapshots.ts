/**
 * Snapshots of machines that QEMU runs, beside those of other machines. Changes are tracked by QEMU's dirty bitmaps; the
 * name of each says after which recovery point it begins.
 */
import { SiteRecoveryError } from "../../errors.ts";
import type { ChangeState } from "../../disks/disk.ts";
import { said } from "../../message.ts";
import type { Snapshots, SourceDisk } from "../../ports/snapshots.ts";
import type { GuestParts } from "../../qemu/guest-process.ts";
import { nodeOf } from "../../qemu/snapshots/block-nodes.ts";
import { doubtOf, filesOf, readEvidence } from "../../qemu/snapshots/image-evidence.ts";
import { pendingChanges } from "../../qemu/snapshots/pending-changes.ts";
import { notTracked, trackedState } from "../../qemu/snapshots/tracked-state.ts";
import { requireWhole } from "./instant-start.ts";
import { beginTracking } from "./begin-tracking.ts";
import { type OpenNodes, openNodes } from "./open-nodes.ts";
import { type QemuPlace, qemuPlaceOf, runningGuest, wasKilled } from "./qemu-place.ts";
import { lineagesOf } from "./lineages-of-disk.ts";
import { takeOfGuests } from "./take-of-guests.ts";

async function stateIn(nodes: OpenNodes, imageSizeBytes: number): Promise<ChangeState> {
  const { address, lostBecause } = nodes.disks[0]!;
  const node = await nodeOf(nodes.qmp, address);
  const lineages = lineagesOf(node);
  const [since] = lineages;
  const { sizeBytes } = node;
  const changes = await pendingChanges(nodes.qmp, { address, sizeBytes, since, lostBecause });
  if ("everything" in changes) return notTracked(changes.everything);
  return trackedState(changes.blocks, { sizeBytes: imageSizeBytes, lineages });
}

async function stateOfGuest(parts: GuestParts, place: QemuPlace, disk: SourceDisk): Promise<ChangeState> {
  const { files } = parts;
  const guest = runningGuest(parts, place);
  if (guest === undefined) {
    // A look makes nothing: without a wrapper there is no bitmap.
    const imageFiles = filesOf(disk.path);
    const evidence = files.exists(imageFiles.wrapperPath) ? readEvidence(files, imageFiles) : undefined;
    if (evidence === undefined) return notTracked("NewTracking");
    const doubt = doubtOf(files, imageFiles, evidence);
    if (doubt === "ChangedUntracked" && wasKilled(parts, place)) return notTracked("TrackingLost");
    if (doubt !== undefined) return notTracked(doubt);
    const nodes = await openNodes(parts, place, [disk]);
    try {
      return await stateIn(nodes, evidence.sizeBytes);
    } finally {
      await nodes.release();
    }
  }
  const { sizeBytes } = files.facts(disk.path);
  return guest.withPower((qmp) =>
    stateIn(
      {
        qmp,
        guest,
        disks: [
          {
            source: disk,
            address: { device: `disk-${disk.diskId}` },
            lostBecause: readEvidence(files, filesOf(disk.path))?.lostBecause,
          },
        ],
        release: () => Promise.resolve(),
      },
      sizeBytes,
    ),
  );
}

function requireOff(parts: GuestParts, place: QemuPlace, disk: SourceDisk): void {
  if (runningGuest(parts, place) === undefined) return;
  const message = said`The disk ${disk.path} is open: machine ${place.definition.name} runs. Shut it down first.`;
  throw new SiteRecoveryError("Busy", message, { target: disk.path });
}

/** `others` takes the snapshots of the machines that QEMU does not run. */
export function qemuSnapshots(others: Snapshots, parts: GuestParts): Snapshots {
  const placeOf = (folder: string): QemuPlace | undefined => qemuPlaceOf(parts.files, folder);
  return {
    take: async (machines, writer) => {
      const places = machines.map(([disk]) => disk && placeOf(disk.machine));
      for (const place of places)
        if (place !== undefined) requireWhole(parts, { ...place, name: place.definition.name });
      const plain = machines.filter((_, index) => places[index] === undefined);
      const ofOthers = plain.length === 0 ? [] : await others.take(plain, writer);
      try {
        const guests = machines.flatMap((sources, index) => {
          const place = places[index];
          return place === undefined ? [] : [{ place, sources }];
        });
        const ofGuests = guests.length === 0 ? [] : await takeOfGuests(parts, guests);
        return places.map((place) => (place === undefined ? ofOthers : ofGuests).shift()!);
      } catch (error) {
        await Promise.allSettled(ofOthers.map((snapshot) => snapshot.abandon()));
        throw error;
      }
    },
    stateOf: async (disk) => {
      const place = placeOf(disk.machine);
      return place === undefined ? others.stateOf(disk) : stateOfGuest(parts, place, disk);
    },
    reset: async (disk, definition) => {
      const isQemu =
        definition === undefined ? placeOf(disk.machine) !== undefined : definition.qemu !== undefined;
      return isQemu ? beginTracking(parts, disk) : others.reset(disk, definition);
    },
    whileNobodyWrites: async (disk, work) => {
      const place = placeOf(disk.machine);
      if (place === undefined) return others.whileNobodyWrites(disk, work);
      requireWhole(parts, { ...place, name: place.definition.name });
      requireOff(parts, place, disk);
      return work();
    },
  };
}
