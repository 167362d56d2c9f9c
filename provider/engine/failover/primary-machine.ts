/**
 * The way back of a machine's disks: those at the primary side are made equal to a recovery point by writing only
 * what differs, and a machine that is gone is made again (H2F-4).
 */
import path from "node:path";
import { makeFolderDurably } from "../../blocks/file-system.ts";
import { nameOf } from "../../arm-id.ts";
import { resetTracking } from "../../disks/reset-tracking.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachine, inventoryForNewMachine } from "../inventory/find-machine.ts";
import { fabricOf, inventoriesOf } from "../inventory/inventories.ts";
import type { Platform } from "../flows.ts";
import type { Progress } from "../job/job-definition.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import { relationshipOf } from "../protected-item/relationship.ts";
import { copyProgress } from "../replication-cycle/report-progress.ts";
import { applyDelta } from "../replication/apply-delta.ts";
import { restoreDisk } from "../replication/restore-disk.ts";

/** Where a machine comes back to: found once, before anything is changed, and kept with the job. */
export interface PrimaryPlace {
  readonly folder: string;
  readonly isThere: boolean;
  readonly platform: Platform;
}

/**
 * The machine itself where it is still there; else, or when another host is named, a new one. A physical server
 * comes back as a VMware machine (V2F-9).
 */
export function primaryPlace(parts: EngineParts, item: ProtectedItem, alternateHost?: string): PrimaryPlace {
  const { machineName } = item.details;
  const fabricId = fabricOf(item.id);
  const found = findMachine(parts, fabricId, machineName);
  if (found && found.inventory.platform !== "physical" && isWanted(found.inventory.name, alternateHost)) {
    return { folder: found.machine.folder, isThere: true, platform: found.inventory.platform };
  }
  if (found && alternateHost !== undefined && found.inventory.platform !== "physical") {
    const message =
      `${machineName} is still on ${found.inventory.name}: a second one on ${alternateHost} would make two of it. ` +
      "Fail back without naming a host, or remove the machine there first.";
    throw new SiteRecoveryError("InvalidInput", message, { target: item.id, property: "toHost" });
  }
  const { folder, platform } = newPlace(parts, fabricId, alternateHost);
  return { folder: path.join(folder, machineName), isThere: false, platform };
}

function isWanted(name: string, alternateHost: string | undefined): boolean {
  return alternateHost === undefined || name.toLowerCase() === alternateHost.toLowerCase();
}

function newPlace(
  parts: EngineParts,
  fabricId: string,
  alternateHost: string | undefined,
): { folder: string; platform: Platform } {
  if (alternateHost === undefined) return inventoryForNewMachine(parts, fabricId);
  const inventories = inventoriesOf(parts, fabricId);
  const chosen = inventories.find(({ name }) => isWanted(name, alternateHost));
  if (chosen && chosen.platform !== "physical" && parts.files.exists(chosen.folder)) return chosen;
  const names = inventories.filter(({ platform }) => platform !== "physical").map(({ name }) => name);
  const message =
    `${nameOf(fabricId)} has no host "${alternateHost}" that can be reached and takes machines. ` +
    `There are: ${names.join(", ") || "none"}.`;
  throw new SiteRecoveryError("NotFound", message, { target: fabricId, property: "toHost" });
}

/** Makes the primary side's disks equal to a point of the relationship in use. The machine is off then. */
export async function applyToPrimary(
  parts: EngineParts,
  item: ProtectedItem,
  { pointId, place }: { pointId: string; place: PrimaryPlace },
  progress: Progress,
): Promise<{ bytesWritten: number }> {
  const store = await parts.replicaStoreOf(relationshipOf(item).replicaStoreId);
  if (place.isThere) parts.machines.shutDown(place.folder);
  else makeFolderDurably(parts.files, place.folder);
  let bytesWritten = 0;
  for (const disk of item.details.disks) {
    const options = {
      store,
      pointId,
      diskId: disk.id,
      toPath: path.join(place.folder, disk.file),
      onProgress: copyProgress(parts.clock, progress, "failback"),
      ...(progress.signal ? { signal: progress.signal } : {}),
    };
    const copy = parts.files.exists(options.toPath) ? applyDelta : restoreDisk;
    bytesWritten += (await parts.copySlot(() => copy(options))).bytesWritten;
    // The disk equals the point now; from here on changes count towards the next delta.
    await resetTracking(options.toPath, { files: parts.files, clock: parts.clock });
  }
  if (!place.isThere) parts.machines.define(place.folder, item.details.definition);
  return { bytesWritten };
}
