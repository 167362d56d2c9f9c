import type { RecoveryPointKind } from "../model/item.ts";
import { createHash } from "node:crypto";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { SharedTime } from "../clock.ts";
import type { Lineage } from "../model/lineage.ts";
import type { LayerReference } from "./layers/disk-map.ts";

export interface RecoveryPointDisk {
  readonly diskId: string;
  readonly sizeBytes: number;
  readonly layers: readonly LayerReference[];
  /** The change log that has what was written to the disk since; absent in points of earlier versions. */
  readonly lineage?: Lineage;
}

/** Which recovery point is meant, wherever a copy of the store is: its id, its number and what it consists of. */
export interface PointIdentity {
  readonly id: string;
  /** Counts up by one with each point of the machine; the order of points whatever the clock did. */
  readonly sequence: number;
  /** See `contentIdOf`. Absent in points of earlier versions. */
  readonly contentId?: string;
}

/** There is no recovery point of an id in a place. */
export function noSuchPoint(place: string, pointId: string): SiteRecoveryError {
  const message = said`There is no recovery point ${pointId} in ${place}; it may have been dropped by
      retention. List the machine's recovery points.`;
  return new SiteRecoveryError("NotFound", message, { target: pointId });
}

export interface RecoveryPoint extends PointIdentity {
  readonly machineId: string;
  /** The snapshot's instant, in milliseconds since 1970. */
  readonly takenAt: number;
  /** The same instant on the boot clock of the computer that took it. Absent in points of earlier versions. */
  readonly takenOn?: SharedTime;
  /** Its place on the machine's time line; see counted-time.ts. Absent in points of earlier versions. */
  readonly countedAt?: number;
  readonly kind: RecoveryPointKind;
  /** True when all machines of a replication group share this instant. */
  readonly multiVm: boolean;
  /** Which engine wrote it, and the epoch of the lease that it worked under. Absent in points of earlier versions. */
  readonly engineId?: string;
  readonly epoch?: number;
  readonly disks: readonly RecoveryPointDisk[];
  /** Bytes that taking this point added to the store. */
  readonly bytesStored: number;
  /** Always true here: a point is listed when its data is durable and in place, never before. */
  readonly processed: true;
}

/** Returns the SHA-256, in hexadecimal digits, of all that says what a restore of the point would give. */
export function contentIdOf(point: Omit<RecoveryPoint, "contentId" | "bytesStored" | "processed">): string {
  const { id, sequence, machineId, takenAt, kind, multiVm } = point;
  const disks = point.disks.map(({ diskId, sizeBytes, layers }) => [
    diskId,
    sizeBytes,
    layers.map((layer) => [layer.kind, layer.id, layer.entryCount]),
  ]);
  const facts = [id, sequence, machineId, takenAt, kind, multiVm, disks];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}
