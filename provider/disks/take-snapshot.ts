/**
 * Snapshots of one or many disks at one instant: writes to all of them are held, a snapshot begins on each,
 * and all continue (HW-2a, V2A-5). The disks may be open in this process, in others, or nowhere.
 */
import type { SharedTime } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";
import { randomUuid, systemRandom } from "../random.ts";
import { controlDisk, isOwnerGone } from "./control-disk.ts";
import type { DiskControl } from "./control-disk.ts";
import type { DiskOptions, MachineSnapshot } from "./disk.ts";
import { settingsOf } from "./disk-settings.ts";
import type { DiskSettings } from "./disk-settings.ts";
import type { BegunSnapshot } from "./snapshot-request.ts";
import { holdSnapshot, lockSnapshot } from "./held-snapshots.ts";
import { readLogs } from "./read-logs.ts";
import type { LogsOfDisk } from "./read-logs.ts";
import { snapshotPathOf } from "./snapshot-file.ts";
import { SnapshotOfDisk } from "./snapshot-of-disk.ts";
import { SnapshotOfMachine } from "./snapshot-of-machine.ts";
import { said } from "../message.ts";

/** One instant of the disks of a machine. Errors as for `takeGroupSnapshot`. */
export async function takeSnapshot(
  diskPaths: readonly string[],
  options: DiskOptions = {},
): Promise<MachineSnapshot> {
  const [snapshot] = await takeGroupSnapshot([diskPaths], options);
  return snapshot!;
}

/**
 * One instant of the disks of several machines; each is completed or abandoned by itself. All begin or none
 * does. Throws `Busy` while another snapshot of a disk is at work, `NotFound` for a missing image,
 * `DiskFull`, and `InvalidInput` when a disk is named twice.
 */
export async function takeGroupSnapshot(
  machines: readonly (readonly string[])[],
  options: DiskOptions = {},
): Promise<MachineSnapshot[]> {
  const settings = settingsOf(options);
  const disks = machines.flatMap((diskPaths, machine) =>
    diskPaths.map((diskPath) => new Participant(settings, diskPath, machine)),
  );
  // Everybody freezes in the same order, so that two snapshots at a time can't wait for each other.
  const inOrder = disks.toSorted((left, right) => (left.realPath < right.realPath ? -1 : 1));
  inOrder.forEach((disk, index) => {
    if (inOrder[index + 1]?.realPath !== disk.realPath) return;
    const message = said`The disk ${disk.diskPath} is named twice. Name each disk once.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: disk.diskPath });
  });
  let instant: { takenAt: number; takenOn: SharedTime };
  try {
    try {
      for (const disk of inOrder) await disk.freeze();
      instant = { takenAt: settings.clock.now(), takenOn: settings.clock.shared() };
      for (const disk of inOrder) await disk.begin();
    } finally {
      await Promise.all(inOrder.map((disk) => disk.thaw()));
    }
    for (const disk of inOrder) disk.readChanges();
  } catch (error) {
    await Promise.all(inOrder.map((disk) => disk.undo()));
    throw error;
  }
  return machines.map((_, machine) => {
    const own = disks.filter((disk) => disk.machine === machine).map((disk) => disk.snapshot());
    return new SnapshotOfMachine(instant, own);
  });
}

/** One disk on its way into a snapshot. */
class Participant {
  readonly diskPath: string;
  readonly realPath: string;
  readonly machine: number;
  readonly #settings: DiskSettings;
  readonly #snapshotId = randomUuid(systemRandom);
  #control: DiskControl | undefined;
  #asked = false;
  #begun: BegunSnapshot | undefined;
  #changes: LogsOfDisk | undefined;

  constructor(settings: DiskSettings, diskPath: string, machine: number) {
    this.#settings = settings;
    this.diskPath = diskPath;
    this.realPath = settings.files.realPath(diskPath);
    this.machine = machine;
  }

  async freeze(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.#control = await controlDisk(this.realPath, this.#settings);
      try {
        return await this.#control.freeze();
      } catch (error) {
        if (attempt === 3 || !isOwnerGone(error)) throw error;
      }
    }
  }

  async begin(): Promise<void> {
    this.#asked = true;
    this.#begun = await this.#control?.begin({
      snapshotId: this.#snapshotId,
      holder: { ...holdSnapshot(this.#snapshotId), ...this.#settings.writer },
    });
    lockSnapshot(this.#snapshotId, this.#settings.files, snapshotPathOf(this.realPath));
  }

  /**
   * Releases the writes; an owner that is gone holds none. A disk of this process has no owner to keep in
   * touch with.
   */
  async thaw(): Promise<void> {
    const control = this.#control;
    if (control === undefined) return;
    try {
      await control.thaw();
    } catch (error) {
      if (!isOwnerGone(error)) throw error;
    } finally {
      if (!control.isElsewhere) await control.release();
    }
  }

  readChanges(): void {
    const { files, bootId } = this.#settings;
    const { sizeBytes, sealedThrough } = this.#begun!;
    this.#changes = readLogs(
      { files, bootId, sizeBytes, diskPath: this.realPath },
      { through: sealedThrough },
    );
  }

  /**
   * The snapshot as a whole failed; what began here is abandoned. The error of that matters more than one in
   * here.
   */
  async undo(): Promise<void> {
    if (!this.#asked) {
      if (this.#control?.isElsewhere) await this.#control.release();
      return;
    }
    await this.snapshot()
      .end("abandon")
      .catch(() => undefined);
  }

  snapshot(): SnapshotOfDisk {
    return new SnapshotOfDisk({
      diskPath: this.diskPath,
      realPath: this.realPath,
      settings: this.#settings,
      snapshotId: this.#snapshotId,
      sizeBytes: this.#begun?.sizeBytes ?? 0,
      changedBlocks: this.#changes?.pending,
      headers: this.#changes?.headers ?? [],
      lineage: this.#begun?.lineage,
      reasons: [...new Set([...(this.#changes?.reasons ?? []), ...(this.#begun?.reasons ?? [])])],
      control: this.#control?.isElsewhere ? this.#control : undefined,
    });
  }
}
