/**
 * Serves the disks of one machine from a recovery point, and copies what its images lack as soon as that is ordered. The
 * images are the only place that is written to: killed at any instant, the next server continues with them, and after a
 * power cut they hold all that the machine's disks had made durable.
 *
 * Once the images are whole and durable, the running machine is switched to them. Only then they stop being overlays.
 */
import path from "node:path";
import { scheduler } from "node:timers/promises";
import { messageOf } from "../../errors.ts";
import { NbdServer } from "../../nbd/nbd-server.ts";
import { processIdentity } from "../../process-identity.ts";
import { GuestProcess } from "../../qemu/guest-process.ts";
import { runFilesIn } from "../../qemu/run-record.ts";
import {
  readServedRecord,
  servedFilesIn,
  servedSocketIn,
  type ServedRecord,
  writeServedProgress,
  writeServedRecord,
} from "../../qemu/served-record.ts";
import { keepImageAsCompleted } from "../../qemu/snapshots/wrapper.ts";
import { switchDisk } from "../../qemu/switch-disk.ts";
import { OverlaySession } from "../attach/overlay-session.ts";
import type { EngineParts } from "../engine-parts.ts";
import { PatientDisk } from "./patient-disk.ts";
import { attachPoint } from "../replication/attach-point.ts";
import { marksPathOf } from "../replication/overlay-marks.ts";

export interface MachineServerOptions {
  readonly runFolder: string;
  readonly record: ServedRecord;
  readonly print: (line: string) => void;
}

const lookMs = 200;
const progressMs = 1000;
const retryMs = 2000;
/** Blocks that are copied in one go; the machine's requests wait no longer than this takes. */
const fillBlocks = 64;
/** What waits for a sync is kept in memory. */
const syncBlocks = 64 * fillBlocks;
/** A machine that nobody asks whether it is ready has booted by then. */
const bootMs = 120_000;
/** Without a machine, and without an order to copy, a server ends. */
const idleMs = 600_000;

export class MachineServer {
  readonly #parts: EngineParts;
  readonly #runFolder: string;
  readonly #record: ServedRecord;
  readonly #print: (line: string) => void;
  readonly #startedAt: number;
  #sessions: OverlaySession[] = [];
  #failure: string | undefined;
  #filledSinceSync = 0;
  #toldAt = -Infinity;
  /** When QEMU was first seen, on the monotonic clock. */
  #seenAt: number | undefined;

  constructor(parts: EngineParts, { runFolder, record, print }: MachineServerOptions) {
    this.#parts = parts;
    this.#runFolder = runFolder;
    this.#record = record;
    this.#print = print;
    this.#startedAt = parts.clock.monotonic();
  }

  /** Resolves when the machine needs no server any more, or the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#record.isMoved === true) return this.#removeLeftovers();
    this.#tell({ isReady: false });
    let server: NbdServer | undefined;
    let isMoved = false;
    try {
      await this.#open();
      server = await this.#listen(signal);
      this.#tell({ isReady: true });
      isMoved = await this.#work(signal);
    } finally {
      await server?.close();
      for (const session of this.#sessions) await session.suspend();
    }
    if (isMoved) this.#removeLeftovers();
  }

  async #open(): Promise<void> {
    const { point, disks } = this.#record;
    const store = await this.#parts.replicaStoreOf(point.replicaStoreId);
    for (const { id, file } of disks) {
      const overlayPath = this.#imageOf(file);
      const { machineId, pointId } = point;
      const disk = await attachPoint({ store, machineId, pointId, diskId: id, overlayPath });
      this.#sessions.push(new OverlaySession(id, disk, this.#parts.files, () => undefined));
    }
  }

  async #listen(stop: AbortSignal): Promise<NbdServer> {
    const { files, clock } = this.#parts;
    const { socketFolder } = this.#record;
    const socketPath = servedSocketIn(socketFolder);
    // After a restart of the computer it is gone; one that is there is a killed server's.
    files.makeFolder(socketFolder);
    files.remove(socketPath);
    const tell = (error: Error): void => this.#print(error.message);
    const served = new Map(
      this.#sessions.map((session) => [session.diskId, new PatientDisk(session, { clock, stop, tell })]),
    );
    const server = new NbdServer(served, tell);
    await server.listen({ socketPath });
    return server;
  }

  /** True once the images are whole and the machine's own. */
  async #work(signal: AbortSignal): Promise<boolean> {
    const { clock, files } = this.#parts;
    const { order } = servedFilesIn(this.#runFolder);
    while (!signal.aborted && readServedRecord(files, this.#runFolder) !== undefined) {
      const isRunning = this.#guest()?.isAlive() === true;
      if (isRunning) this.#seenAt ??= clock.monotonic();
      const isOrdered = files.exists(order);
      if (this.#isUseless(isRunning, isOrdered)) return false;
      const hasBooted = this.#seenAt !== undefined && clock.monotonic() - this.#seenAt > bootMs;
      if (!this.#record.isKept || !(isOrdered || hasBooted)) {
        await clock.sleep(lookMs, signal).catch(() => undefined);
        continue;
      }
      try {
        const isWhole = await this.#fill();
        if (isWhole && (await this.#hand())) return true;
        this.#failure = undefined;
        if (isWhole) await clock.sleep(lookMs, signal).catch(() => undefined);
      } catch (error) {
        this.#failure = messageOf(error);
        this.#print(this.#failure);
        this.#tell({ isReady: true });
        await clock.sleep(retryMs, signal).catch(() => undefined);
      }
      await scheduler.yield();
    }
    return false;
  }

  /** A drill's machine that has ended is looked at no more; a machine that was made and not started may be forgotten. */
  #isUseless(isRunning: boolean, isOrdered: boolean): boolean {
    if (isRunning || isOrdered) return false;
    if (!this.#record.isKept && this.#seenAt !== undefined) return true;
    return this.#parts.clock.monotonic() - (this.#seenAt ?? this.#startedAt) > idleMs;
  }

  /** Copies some blocks. True once no disk lacks any. */
  async #fill(): Promise<boolean> {
    const session = this.#sessions.find(({ lackingBlocks }) => lackingBlocks > 0);
    if (session === undefined) return true;
    await session.fill(fillBlocks);
    this.#filledSinceSync += fillBlocks;
    if (session.lackingBlocks === 0 || this.#filledSinceSync >= syncBlocks) {
      await session.flush();
      this.#filledSinceSync = 0;
    }
    if (this.#parts.clock.monotonic() - this.#toldAt >= progressMs) this.#tell({ isReady: true });
    return false;
  }

  /** The images become the machine's own. False if a machine that was off is being started at this moment. */
  async #hand(): Promise<boolean> {
    const { files } = this.#parts;
    // Blocks of the copy and of the machine: from here on all of the image survives a power cut without its marks.
    for (const session of this.#sessions) await session.flush();
    const guest = this.#guest();
    if (guest?.isAlive() === true) {
      await guest.withPower(async (qmp) => {
        for (const { id, file } of this.#record.disks)
          await switchDisk(qmp, { id, imagePath: this.#imageOf(file) });
      });
      this.#noteMoved();
      return true;
    }
    // Whoever starts the machine holds the lock of its run until it has its disks open.
    const lock = files.open(runFilesIn(this.#runFolder).lock, "createOrOpen");
    try {
      if (lock.tryLock?.() === "busy" || this.#guest()?.isAlive() === true) return false;
      for (const { file } of this.#record.disks) keepImageAsCompleted(this.#imageOf(file), files);
      this.#noteMoved();
      return true;
    } finally {
      lock.close();
    }
  }

  #noteMoved(): void {
    writeServedRecord(this.#parts.files, this.#runFolder, { ...this.#record, isMoved: true });
  }

  /**
   * Nothing of it has to be durable: the record says that the images are whole, and whoever finds it again after a power cut
   * removes the rest again. Without it nobody reads the marks.
   */
  #removeLeftovers(): void {
    const { files } = this.#parts;
    const { record, progress, order } = servedFilesIn(this.#runFolder);
    for (const { file } of this.#record.disks) files.remove(marksPathOf(this.#imageOf(file)));
    for (const filePath of [order, progress, record]) files.remove(filePath);
    files.remove(this.#record.socketFolder);
  }

  #guest(): GuestProcess | undefined {
    return GuestProcess.find(this.#parts, this.#runFolder);
  }

  #imageOf(file: string): string {
    return path.join(path.dirname(this.#runFolder), file);
  }

  #tell({ isReady }: { isReady: boolean }): void {
    this.#toldAt = this.#parts.clock.monotonic();
    const bytesTotal = this.#record.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0);
    const lacking = this.#sessions.reduce((sum, session) => sum + session.lackingBytes, 0);
    const isOpen = this.#sessions.length === this.#record.disks.length;
    writeServedProgress(this.#parts.files, this.#runFolder, {
      process: processIdentity(),
      isReady,
      bytesDone: isOpen ? bytesTotal - lacking : 0,
      bytesTotal,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    });
  }
}
