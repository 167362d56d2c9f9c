/** Opening a disk image for writing, with every change on record from the first one (V2A-3, H2A-3). */
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { systemClock } from "../clock.ts";
import type { DiskOptions, TrackedDisk } from "./disk.ts";
import { settingsOf } from "./disk-settings.ts";
import type { DiskSettings } from "./disk-settings.ts";
import { holdDisk, ownedElsewhere } from "./owned-disks.ts";
import type { DiskHold } from "./owned-disks.ts";
import { OwnerConnection } from "./owner-connection.ts";
import type { HelloResult } from "./owner-protocol.ts";
import { said } from "../message.ts";

/**
 * Opens an image, and sets right what a killed process left. May be called several times in one process;
 * another process that has the disk open makes it throw `Busy`. Throws `NotFound` when there is no image.
 */
export async function openTrackedDisk(diskPath: string, options: DiskOptions = {}): Promise<TrackedDisk> {
  const settings = settingsOf(options);
  const realPath = settings.files.realPath(diskPath);
  const hold = await holdForWriting(realPath, settings);
  try {
    hold.disk.addWriter();
  } catch (error) {
    await hold.release();
    throw error;
  }
  return new WriterOfDisk(diskPath, hold);
}

/** An engine holds a disk for moments only and is waited for; a writer keeps it and is reported at once. */
export async function holdForWriting(realPath: string, settings: DiskSettings): Promise<DiskHold> {
  const deadline = systemClock.monotonic() + settings.waitMilliseconds;
  for (;;) {
    const hold = await holdDisk(realPath, settings.files, settings.bootId);
    if (hold !== undefined) return hold;
    const owner = await askWhoOwns(realPath, settings);
    if (owner?.hasWriters || systemClock.monotonic() > deadline) {
      if (owner === undefined) throw ownedElsewhere(realPath);
      const message = said`Process ${owner.processId} has ${realPath} open for writing. Close it there first.`;
      throw new SiteRecoveryError("Busy", message, { target: realPath });
    }
    await systemClock.sleep(5);
  }
}

async function askWhoOwns(realPath: string, settings: DiskSettings): Promise<HelloResult | undefined> {
  const connection = await OwnerConnection.open(realPath);
  if (connection === undefined) return undefined;
  try {
    return await connection.ask<HelloResult>({ action: "hello" }, settings.waitMilliseconds);
  } catch (error) {
    if (hasCode(error, "SourceUnreachable")) return undefined;
    throw error;
  } finally {
    connection.close();
  }
}

class WriterOfDisk implements TrackedDisk {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #hold: DiskHold;
  #closing: Promise<void> | undefined;

  constructor(diskPath: string, hold: DiskHold) {
    this.path = diskPath;
    this.sizeBytes = hold.disk.sizeBytes;
    this.#hold = hold;
  }

  read(buffer: Uint8Array, offset: number): void {
    this.#refuseWhenClosed();
    this.#hold.disk.read(buffer, offset);
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    this.#refuseWhenClosed();
    await this.#hold.disk.write(data, offset);
  }

  async flush(): Promise<void> {
    this.#refuseWhenClosed();
    await this.#hold.disk.flush();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#hold.disk.removeWriter();
    } finally {
      await this.#hold.release();
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closing === undefined) return;
    throw new SiteRecoveryError("Bug", said`${this.path} is used after it was closed.`, {
      target: this.path,
    });
  }
}
