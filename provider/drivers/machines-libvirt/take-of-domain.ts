/**
 * A snapshot of a libvirt domain: one checkpoint over all its disks, and a backup that shows them as of that instant.
 *
 * A domain that is off is started without letting its guest run: only a QEMU can make a checkpoint. It is ended with the
 * snapshot.
 */
import path from "node:path";
import { makeFolderDurably } from "../../blocks/file-system.ts";
import type { BlockSet } from "../../disks/block-set.ts";
import type { MachineSnapshot, ResyncReason } from "../../disks/disk.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Lineage } from "../../model/lineage.ts";
import { connectNbd } from "../../nbd/client/connect-nbd.ts";
import { allocationContext } from "../../nbd/protocol.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";
import { lineageAfter } from "../../qemu/snapshots/bitmap-chain.ts";
import { bitmapName } from "../../qemu/snapshots/names.ts";
import { changedBlocks, dataBlocks, dirtyContext } from "../../qemu/snapshots/read-extents.ts";
import type { SnapshotDisk } from "../../qemu/snapshots/snapshot-cycle.ts";
import { SnapshotOfGuest } from "../machines-qemu/snapshot-of-guest.ts";
import {
  backupSocketOf,
  backupXml,
  changesOf,
  endBackup,
  otherBackup,
  ownSocketFolder,
} from "./backup-job.ts";
import { type Checkpoint, checkpointXml, deleteCheckpoint, readCheckpoints } from "./checkpoints.ts";
import type { DomainPlace } from "./domain-place.ts";
import { forceOff } from "./domain-power.ts";
import type { LibvirtParts } from "./libvirt-parts.ts";
import { type Domain, type DomainDisk, readSizes } from "./read-domain.ts";
import { startForReading } from "./read-only-run.ts";
import { clearShownDisks, type ShownDisks, showDisks } from "./shown-disks.ts";
import { makeSocketPlace, removeScratch, scratchPathOf } from "./socket-place.ts";
import { trackedDisks } from "./tracked-disks.ts";
import { virsh, VirshRefusal } from "./virsh.ts";

/** A disk of a snapshot, with the changes that are asked for. */
interface AskedDisk {
  readonly source: SourceDisk;
  readonly disk: DomainDisk;
  readonly sizeBytes: number;
  /** The checkpoint with the changes, or why there is none. */
  readonly since: Checkpoint | { readonly everything: ResyncReason };
}

/** What libvirt says of a checkpoint whose bitmap QEMU has lost: it was killed, or somebody removed it. */
const lostCheckpoint = /checkpoint inconsistent|missing or broken bitmap|Checkpoint .* not found/i;

function sinceOf(checkpoints: readonly Checkpoint[], target: string, sizeBytes: number): AskedDisk["since"] {
  const oldest = checkpoints.find(({ sizes }) => sizes.has(target));
  if (oldest === undefined) return { everything: "NewTracking" };
  return oldest.sizes.get(target) === sizeBytes ? oldest : { everything: "SizeChanged" };
}

class SnapshotOfDomain {
  readonly #parts: LibvirtParts;
  readonly #place: DomainPlace;
  readonly #domain: Domain;
  readonly #folder: string;
  #checkpoints: readonly Checkpoint[] = [];
  #made: string | undefined;
  #wasOff = false;
  #socketFolder: string | undefined;
  #socketPath = "";
  #shown: ShownDisks | undefined;

  constructor(parts: LibvirtParts, place: DomainPlace, domain: Domain) {
    this.#parts = parts;
    this.#place = place;
    this.#domain = domain;
    this.#folder = path.join(parts.folder, place.uuid);
  }

  async take(sources: readonly SourceDisk[]): Promise<MachineSnapshot> {
    try {
      return await this.#taken(sources);
    } catch (error) {
      // What cannot be undone now, because libvirt cannot be reached, the next cycle clears.
      await this.abandon().catch(() => undefined);
      throw error;
    }
  }

  async #taken(sources: readonly SourceDisk[]): Promise<MachineSnapshot> {
    const { clock, random } = this.#parts;
    const tracked = trackedDisks(this.#place, this.#domain, sources);
    await this.#clear();
    this.#wasOff = await startForReading(clock, this.#place);
    this.#checkpoints = await readCheckpoints(clock, this.#place);
    const sizes = await readSizes(clock, this.#place);
    const asked = sources.map((source, index): AskedDisk => {
      const disk = tracked[index]!;
      const sizeBytes = sizes.get(disk.target) ?? 0;
      return { source, disk, sizeBytes, since: sinceOf(this.#checkpoints, disk.target, sizeBytes) };
    });
    const lineages = this.#checkpoints.map(({ lineage }) => lineage);
    const lineage = lineageAfter(lineages, random);
    const takenAt = clock.now();
    const begun = await this.#begin(asked, lineage);
    const disks = await this.#open(begun, lineage);
    const known = begun.map(({ since, disk }): readonly Lineage[] =>
      "everything" in since
        ? []
        : this.#checkpoints.filter(({ sizes: all }) => all.has(disk.target)).map((each) => each.lineage),
    );
    const snapshot = {
      takenAt,
      // The guest's agent freezes and thaws it around the snapshot.
      frozenMs: 0,
      isFrozen: false,
      freezeFailure: undefined,
      disks,
      finishReading: () => this.#finishReading(),
      complete: () => this.complete(),
      abandon: () => this.abandon(),
    };
    return new SnapshotOfGuest({ sources, snapshot, known, release: () => Promise.resolve() });
  }

  /** Ends what a process that died has left. Throws `Busy` for a backup of another program. */
  async #clear(): Promise<void> {
    const { clock, files } = this.#parts;
    const socket = await backupSocketOf(clock, this.#place);
    if (socket !== undefined) {
      const folder = ownSocketFolder(socket);
      if (folder === undefined) throw otherBackup(this.#place);
      await clearShownDisks(this.#parts, this.#folder, this.#domain.name);
      await endBackup(clock, this.#place);
      files.remove(folder);
    } else await clearShownDisks(this.#parts, this.#folder, this.#domain.name);
    for (const disk of this.#domain.disks) removeScratch(files, disk);
  }

  /** The disks as the backup has them: without a sound checkpoint everything is compared. */
  async #begin(asked: readonly AskedDisk[], lineage: Lineage): Promise<readonly AskedDisk[]> {
    const { folder, socketPath } = await makeSocketPlace(this.#parts, this.#place);
    this.#socketFolder = folder;
    this.#socketPath = socketPath;
    try {
      await this.#beginWith(asked, lineage);
      return asked;
    } catch (error) {
      if (!(error instanceof VirshRefusal && lostCheckpoint.test(error.why))) throw error;
    }
    // Bitmaps that are of no use would keep the new one from being made.
    for (const { name } of this.#checkpoints) await deleteCheckpoint(this.#parts.clock, this.#place, name);
    this.#checkpoints = [];
    const lost = asked.map((each): AskedDisk =>
      "everything" in each.since ? each : { ...each, since: { everything: "TrackingLost" } },
    );
    await this.#beginWith(lost, lineage);
    return lost;
  }

  async #beginWith(asked: readonly AskedDisk[], lineage: Lineage): Promise<void> {
    const { clock, files } = this.#parts;
    const { uri, uuid } = this.#place;
    const others = this.#domain.disks
      .map(({ target }) => target)
      .filter((target) => !asked.some(({ disk }) => disk.target === target));
    const disks = asked.map(({ disk, since }) => ({
      target: disk.target,
      since: "everything" in since ? undefined : since.name,
      scratchPath: scratchPathOf(disk, this.#socketFolder!, lineage.logId),
    }));
    const sizes = new Map(asked.map(({ disk, sizeBytes }) => [disk.target, sizeBytes] as const));
    makeFolderDurably(files, this.#folder);
    const write = (name: string, text: string): string => {
      const file = path.join(this.#folder, name);
      files.remove(file);
      const opened = files.open(file, "createNew");
      try {
        opened.write(Buffer.from(text), 0);
      } finally {
        opened.close();
      }
      return file;
    };
    const backup = write("backup.xml", backupXml(this.#socketPath, disks, others));
    const checkpoint = write("checkpoint.xml", checkpointXml(lineage, sizes, others));
    // Also where libvirt does not come to say so: the next cycle finds the checkpoint, or it is not there.
    await virsh(clock, uri, ["backup-begin", uuid, backup, checkpoint]);
    this.#made = bitmapName(lineage);
  }

  async #open(asked: readonly AskedDisk[], lineage: Lineage): Promise<SnapshotDisk[]> {
    const read: Pick<SnapshotDisk, "changes" | "dataBlocks">[] = [];
    for (const { disk, since, sizeBytes } of asked)
      read.push(await this.#blocksOf(disk.target, since, sizeBytes));
    this.#shown = await showDisks(this.#parts, {
      folder: this.#folder,
      machine: this.#domain.name,
      socketPath: this.#socketPath,
      exports: asked.map(({ disk }) => disk.target),
    });
    const { paths } = this.#shown;
    return asked.map(({ source, sizeBytes }, index) => ({
      diskId: source.diskId,
      sizeBytes,
      lineage,
      path: paths[index]!,
      ...read[index]!,
    }));
  }

  async #blocksOf(
    target: string,
    since: AskedDisk["since"],
    sizeBytes: number,
  ): Promise<Pick<SnapshotDisk, "changes" | "dataBlocks">> {
    const changed = changesOf(target);
    const isDelta = !("everything" in since);
    const contexts = [allocationContext, ...(isDelta ? [dirtyContext(changed)] : [])];
    const client = await connectNbd({ socketPath: this.#socketPath, exportName: target, contexts });
    try {
      if (client.sizeBytes !== sizeBytes) throw this.#resized(target);
      const changes: BlockSet | { everything: ResyncReason } = isDelta
        ? await changedBlocks(client, changed)
        : since;
      return { changes, dataBlocks: await dataBlocks(client) };
    } finally {
      client.close();
    }
  }

  #resized(target: string): SiteRecoveryError {
    const { place } = this.#place;
    const message = said`The disk ${target} of ${place} was resized while its snapshot was taken. Run again.`;
    return new SiteRecoveryError("Busy", message, { target: place });
  }

  async #finishReading(): Promise<void> {
    // A backup that failed, because its scratch file could not grow, is gone.
    if ((await backupSocketOf(this.#parts.clock, this.#place)) !== this.#socketPath) {
      const { place } = this.#place;
      const message = said`The snapshot of ${place} was lost: libvirt ended its backup. Look for free space beside its images, then run again.`;
      throw new SiteRecoveryError("IoFailed", message, { target: place });
    }
    await this.#endReading();
  }

  async #endReading(): Promise<void> {
    const { clock, files } = this.#parts;
    await this.#shown?.end();
    this.#shown = undefined;
    if (this.#socketFolder === undefined) return;
    if ((await backupSocketOf(clock, this.#place)) === this.#socketPath) await endBackup(clock, this.#place);
    files.remove(this.#socketFolder);
    this.#socketFolder = undefined;
  }

  /** The recovery point is durable: what changed before its instant is forgotten. */
  async complete(): Promise<void> {
    await this.#endReading();
    await this.#forget(this.#checkpoints.map(({ name }) => name));
    await this.#endRun();
  }

  /** What changed stays pending: the bitmap since the instant goes into the one before it. */
  async abandon(): Promise<void> {
    await this.#endReading();
    if (this.#made !== undefined) await this.#forget([this.#made]);
    await this.#endRun();
  }

  /** A domain that has ended meanwhile keeps its checkpoints: the next delta has more than it needs, and never less. */
  async #forget(names: readonly string[]): Promise<void> {
    for (const name of names) {
      try {
        await deleteCheckpoint(this.#parts.clock, this.#place, name);
      } catch (error) {
        if (!(error instanceof VirshRefusal)) throw error;
      }
    }
  }

  async #endRun(): Promise<void> {
    if (this.#wasOff) await forceOff(this.#parts.clock, this.#place);
    this.#wasOff = false;
  }
}

/** `sources` are disks of the domain. Throws `Busy`, `PrerequisitesNotMet` and `NotFound`. */
export async function takeOfDomain(
  parts: LibvirtParts,
  place: DomainPlace,
  { domain, sources }: { readonly domain: Domain; readonly sources: readonly SourceDisk[] },
): Promise<MachineSnapshot> {
  return new SnapshotOfDomain(parts, place, domain).take(sources);
}
