/** The disks that this process owns. All parts of the process that use a disk share its one owner. */
import type { FileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { claimDisk } from "./claim-disk.ts";
import { OwnedDisk } from "./owned-disk.ts";
import { serveOwner } from "./owner-server.ts";
import { said } from "../message.ts";

interface Entry {
  readonly opening: Promise<{ disk: OwnedDisk; drop: () => void } | undefined>;
  users: number;
  closing: Promise<void> | undefined;
}

const entries = new Map<string, Entry>();

export interface DiskHold {
  readonly disk: OwnedDisk;
  /** The last one to let go closes the disk and gives up the claim. */
  release(): Promise<void>;
}

/**
 * Takes part in owning a disk, or returns `undefined` if another process owns it. `realPath` is without symbolic
 * links.
 */
export async function holdDisk(
  realPath: string,
  files: FileSystem,
  bootId: string | undefined,
): Promise<DiskHold | undefined> {
  for (;;) {
    const present = entries.get(realPath);
    if (present?.closing === undefined) break;
    await present.closing;
  }
  const entry = entries.get(realPath) ?? newEntry(realPath, files, bootId);
  entry.users += 1;
  try {
    const owner = await entry.opening;
    if (owner === undefined) {
      leaveUnopened(realPath, entry);
      return undefined;
    }
    return { disk: owner.disk, release: () => release(realPath, entry) };
  } catch (error) {
    leaveUnopened(realPath, entry);
    throw error;
  }
}

function newEntry(realPath: string, files: FileSystem, bootId: string | undefined): Entry {
  const entry: Entry = { opening: openClaimed(realPath, files, bootId), users: 0, closing: undefined };
  entries.set(realPath, entry);
  return entry;
}

function leaveUnopened(realPath: string, entry: Entry): void {
  if (entries.get(realPath) === entry) entries.delete(realPath);
}

async function openClaimed(
  realPath: string,
  files: FileSystem,
  bootId: string | undefined,
): Promise<{ disk: OwnedDisk; drop: () => void } | undefined> {
  const claim = await claimDisk(realPath, files);
  if (claim === undefined) return undefined;
  try {
    const disk = OwnedDisk.open(realPath, files, bootId);
    const dropAskers = serveOwner(claim.server, disk);
    const drop = (): void => {
      dropAskers();
      claim.release();
    };
    return { disk, drop };
  } catch (error) {
    claim.release();
    throw error;
  }
}

async function release(realPath: string, entry: Entry): Promise<void> {
  entry.users -= 1;
  if (entry.users > 0) return;
  entry.closing = (async () => {
    const owner = await entry.opening;
    try {
      // Another claim may begin as soon as it is given up: everything must be closed before.
      owner?.disk.close();
    } finally {
      owner?.drop();
      entries.delete(realPath);
    }
  })();
  await entry.closing;
}

/** What is said of a disk whose owner does not answer: it is stopped, or cannot be asked from here. */
export function ownedElsewhere(realPath: string): SiteRecoveryError {
  const message = said`Another process has ${realPath} open and does not answer. It is stopped, or runs in another container or network
      namespace. Close the disk there, or run this in the same container.`;
  return new SiteRecoveryError("Busy", message, { target: realPath });
}
