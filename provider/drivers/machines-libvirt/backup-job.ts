/**
 * A pull-mode backup of a domain: QEMU shows the disks as of an instant over NBD until the job is ended. Before the guest
 * overwrites a block, QEMU copies it to a scratch file.
 */
import path from "node:path";
import type { Clock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { at, attribute, readXml } from "../../machines/import/xml.ts";
import { said } from "../../message.ts";
import type { DomainPlace } from "./domain-place.ts";
import { escapeMarkup } from "../../escape-markup.ts";
import { virsh, VirshRefusal } from "./virsh.ts";

export interface BackupDisk {
  readonly target: string;
  /** The checkpoint since which changes are asked for; absent: none are. */
  readonly since?: string | undefined;
  readonly scratchPath: string;
}

/** The name of the bitmap with the changes of a disk, in the export of that disk. The export has the target's name. */
export function changesOf(target: string): string {
  return `changed-${target}`;
}

/** What `virsh backup-begin` is given. `others` are disks that it leaves out. */
export function backupXml(
  socketPath: string,
  disks: readonly BackupDisk[],
  others: readonly string[],
): string {
  const disk = ({ target, since, scratchPath }: BackupDisk): string => {
    const mode =
      since === undefined
        ? 'backupmode="full"'
        : `backupmode="incremental" incremental="${since}" exportbitmap="${escapeMarkup(changesOf(target))}"`;
    const name = escapeMarkup(target);
    return `<disk name="${name}" backup="yes" type="file" exportname="${name}" ${mode}><scratch file="${escapeMarkup(scratchPath)}"/></disk>`;
  };
  return [
    `<domainbackup mode="pull"><server transport="unix" socket="${escapeMarkup(socketPath)}"/><disks>`,
    ...disks.map(disk),
    ...others.map((target) => `<disk name="${escapeMarkup(target)}" backup="no"/>`),
    "</disks></domainbackup>",
  ].join("");
}

/** The socket of the backup that is at work on a domain, `undefined` if there is none, and `""` for one without a socket. */
export async function backupSocketOf(clock: Clock, { uri, uuid }: DomainPlace): Promise<string | undefined> {
  try {
    const root = readXml(await virsh(clock, uri, ["backup-dumpxml", uuid]));
    return attribute(at(root, "server"), "socket") ?? "";
  } catch (error) {
    if (error instanceof VirshRefusal && /no domain backup job|not running/i.test(error.why))
      return undefined;
    throw error;
  }
}

/** How long libvirt may take to let go of a backup that was ended. */
const endMs = 120_000;
const pollMs = 100;

/** Ends a domain's backup, and waits until libvirt has forgotten it with its scratch files. None is fine. Throws `Busy`. */
export async function endBackup(clock: Clock, place: DomainPlace): Promise<void> {
  try {
    await virsh(clock, place.uri, ["domjobabort", place.uuid]);
  } catch (error) {
    if (!(error instanceof VirshRefusal && /no job is active|not running/i.test(error.why))) throw error;
  }
  const end = clock.monotonic() + endMs;
  while ((await backupSocketOf(clock, place)) !== undefined) {
    if (clock.monotonic() > end) {
      const message = said`libvirt does not let go of the backup of ${place.place} that was ended. Run again.`;
      throw new SiteRecoveryError("Busy", message, { target: place.place });
    }
    await clock.sleep(pollMs);
  }
}

/** Sockets of our backups are in folders of this name, so that another process can tell them from those of other programs. */
const socketFolder = /^sr-[0-9a-f]{8}-[0-9a-f]{16}$/;

/** The folder of a socket of ours, or `undefined` if the socket is another program's. */
export function ownSocketFolder(socketPath: string): string | undefined {
  const folder = path.dirname(socketPath);
  return socketFolder.test(path.basename(folder)) ? folder : undefined;
}

export function otherBackup({ place }: DomainPlace): SiteRecoveryError {
  const message = said`Another program makes a backup of ${place} now. Wait until that has ended, then run again.`;
  return new SiteRecoveryError("Busy", message, { target: place });
}
