/**
 * Control over a disk for the moments in which a snapshot begins or ends, wherever its owner is: in this
 * process, in another one, or nowhere. In the last case this process becomes the owner until it lets go.
 *
 * Waiting for other processes goes by real time, whatever clock the caller injects: they live in real time.
 */
import { systemClock } from "../clock.ts";
import { hasCode } from "../errors.ts";
import { findLogs, scanLog } from "./change-log.ts";
import { BlockSet } from "./block-set.ts";
import type { Lineage } from "../model/lineage.ts";
import type { DiskSettings } from "./disk-settings.ts";
import { holdDisk, ownedElsewhere } from "./owned-disks.ts";
import type { DiskHold } from "./owned-disks.ts";
import type { BegunSnapshot, Outcome, SnapshotRequest } from "./snapshot-request.ts";
import { OwnerConnection } from "./owner-connection.ts";
import type { HelloResult, OwnerRequest } from "./owner-protocol.ts";

export interface DiskControl {
  /** Holds the writes; waits for another one that does. */
  freeze(): Promise<void>;
  begin(request: SnapshotRequest): Promise<BegunSnapshot> | BegunSnapshot;
  thaw(): Promise<void> | void;
  end(snapshotId: string, outcome: Outcome): Promise<void> | void;
  /** Forgets all changes; the disk must be frozen. Returns the lineage that begins, if the owner knows lineages. */
  reset(): Promise<Lineage | undefined> | Lineage | undefined;
  /**
   * True for an owner in another process, with which the connection is to be kept while the snapshot lasts:
   * the owner drops the snapshot when it breaks.
   */
  readonly isElsewhere: boolean;
  readonly isBroken: boolean;
  release(): Promise<void> | void;
}

const retryMilliseconds = 5;

/**
 * Finds or becomes the owner. Throws `Busy` when another process keeps the disk in a way that allows no
 * control, and `NotFound` when there is no such image.
 */
export async function controlDisk(realPath: string, settings: DiskSettings): Promise<DiskControl> {
  const deadline = systemClock.monotonic() + settings.waitMilliseconds;
  for (;;) {
    const hold = await holdDisk(realPath, settings.files, settings.bootId);
    if (hold !== undefined) return new LocalControl(hold);
    const remote = await connectToWriter(realPath, settings);
    if (remote !== undefined) return remote;
    if (systemClock.monotonic() > deadline) throw ownedElsewhere(realPath);
    await systemClock.sleep(retryMilliseconds);
  }
}

/** Whether it failed because the owner closed the disk or died: then control must be sought again. */
export function isOwnerGone(error: unknown): boolean {
  return hasCode(error, "SourceUnreachable");
}

/** Control through an owner that has the disk open for writing; `undefined` if it only has it for a moment. */
async function connectToWriter(realPath: string, settings: DiskSettings): Promise<DiskControl | undefined> {
  const connection = await OwnerConnection.open(realPath);
  if (connection === undefined) return undefined;
  try {
    const hello = await connection.ask<HelloResult>({ action: "hello" }, settings.waitMilliseconds);
    const trackingId = hello.hasWriters ? readTrackingId(realPath, settings) : undefined;
    if (trackingId !== undefined) return new RemoteControl(connection, trackingId, settings);
  } catch (error) {
    connection.close();
    if (isOwnerGone(error)) return undefined;
    throw error;
  }
  connection.close();
  return undefined;
}

function readTrackingId(realPath: string, settings: DiskSettings): string | undefined {
  const { live, sealed } = findLogs(settings.files, realPath);
  const logPath = live ?? sealed.at(-1)?.path;
  if (logPath === undefined) return undefined;
  try {
    return scanLog(settings.files, logPath, new BlockSet(0)).header?.trackingId;
  } catch (error) {
    // The owner has just renamed it: the caller looks again.
    if (hasCode(error, "NotFound")) return undefined;
    throw error;
  }
}

class LocalControl implements DiskControl {
  readonly isElsewhere = false;
  readonly isBroken = true;
  readonly #hold: DiskHold;
  #pass: symbol | undefined;

  constructor(hold: DiskHold) {
    this.#hold = hold;
  }

  async freeze(): Promise<void> {
    this.#pass = await this.#hold.disk.gate.freeze();
  }

  begin(request: SnapshotRequest): BegunSnapshot {
    return this.#hold.disk.begin(this.#frozen(), request);
  }

  thaw(): void {
    if (this.#pass !== undefined) this.#hold.disk.gate.thaw(this.#pass);
    this.#pass = undefined;
  }

  end(snapshotId: string, outcome: Outcome): void {
    this.#hold.disk.end(snapshotId, outcome);
  }

  reset(): Lineage {
    return this.#hold.disk.reset(this.#frozen());
  }

  release(): Promise<void> {
    return this.#hold.release();
  }

  #frozen(): symbol {
    return this.#pass ?? Symbol("not frozen");
  }
}

class RemoteControl implements DiskControl {
  readonly isElsewhere = true;
  readonly #connection: OwnerConnection;
  readonly #trackingId: string;
  readonly #settings: DiskSettings;

  constructor(connection: OwnerConnection, trackingId: string, settings: DiskSettings) {
    this.#connection = connection;
    this.#trackingId = trackingId;
    this.#settings = settings;
  }

  get isBroken(): boolean {
    return this.#connection.isBroken;
  }

  freeze(): Promise<void> {
    const limitMilliseconds = this.#settings.freezeLimitMilliseconds;
    return this.#ask({ action: "freeze", trackingId: this.#trackingId, limitMilliseconds });
  }

  begin(request: SnapshotRequest): Promise<BegunSnapshot> {
    return this.#ask({ action: "begin", trackingId: this.#trackingId, ...request });
  }

  thaw(): Promise<void> {
    return this.#ask({ action: "thaw", trackingId: this.#trackingId });
  }

  end(snapshotId: string, outcome: Outcome): Promise<void> {
    return this.#ask({ action: "end", trackingId: this.#trackingId, snapshotId, outcome });
  }

  reset(): Promise<Lineage | undefined> {
    return this.#ask({ action: "reset", trackingId: this.#trackingId });
  }

  release(): void {
    this.#connection.close();
  }

  #ask<Result>(request: OwnerRequest): Promise<Result> {
    return this.#connection.ask<Result>(request, this.#settings.waitMilliseconds);
  }
}
