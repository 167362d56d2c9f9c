/** Machines as their folders say them: machine.yaml and raw disk images. It is read here, and changed by the driver. */
import path from "node:path";
import type { FileFacts, FileSystem } from "../blocks/file-system.ts";
import { isLink } from "../blocks/is-link.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import type { Machine } from "../ports/machines.ts";
import { readMachineFile } from "./machine-file.ts";
import { said } from "../message.ts";

/** Of an image, while a move overwrites it. */
export const overwritingEnding = ".overwriting";
export const machineFile = "machine.yaml";

/** The folder's own path, links followed; asked once for all disks, since it is asked of thousands of machines. */
export type RealFolder = () => string;

function realImagePath(files: FileSystem, imagePath: string, machineName: string, diskId: string): string {
  try {
    return files.realPath(imagePath);
  } catch (error) {
    if (!hasCode(error, "NotFound")) throw error;
    const mend = files.exists(`${imagePath}${overwritingEnding}`)
      ? "A failback that was interrupted has begun to overwrite it; run the failback again, which ends it."
      : "Put the image there, or correct the disk's file in machine.yaml.";
    const message = said`The machine ${machineName} has no image for its disk "${diskId}": ${imagePath} does not exist. ${mend}`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: imagePath, property: "disks" });
  }
}

/** A link in a folder from someone else would let the engine read, and on a failback write, any file. */
export function requireInside(
  files: FileSystem,
  image: { path: string; realFolder: RealFolder },
  machineName: string,
  diskId: string,
): void {
  const realPath = realImagePath(files, image.path, machineName, diskId);
  if (path.dirname(realPath) !== image.realFolder()) {
    const message = said`The image of the disk "${diskId}" of ${machineName} is a link that leads out of the machine's folder,
        to ${realPath}. Put the image itself into the folder.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: image.path, property: "disks" });
  }
}

/** What is written through a link changes another file in its place, which may be another disk or its backup. */
export function requireNoLink(files: FileSystem, imagePath: string): void {
  if (!files.exists(imagePath) || !isLink(files, imagePath)) return;
  const realPath = files.realPath(imagePath);
  const message = said`The image ${imagePath} is a link, and what is written to it would change ${realPath}. Put that file itself in the
      link's place: mv ${realPath} ${imagePath}`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: imagePath, property: "disks" });
}

/** Of two disks in one file each would show what the other one wrote. */
function requireOwnFiles({ name, disks }: Machine, facts: readonly FileFacts[]): void {
  disks.forEach((disk, index) => {
    const { inode, changedAtNs } = facts[index]!;
    const first =
      disks[facts.findIndex((other) => other.inode === inode && other.changedAtNs === changedAtNs)]!;
    if (first === disk) return;
    const message = said`The disks "${first.id}" and "${disk.id}" of ${name} are one file under two names: ${first.path} and ${disk.path}. Give each
        disk an image of its own.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: disk.path, property: "disks" });
  });
}

/** With a second name the image may be another machine's disk, or its only backup. */
export function requireOneName(
  files: FileSystem,
  imagePath: string,
  machineName: string,
  diskId: string,
): void {
  const { linkCount } = files.facts(imagePath);
  if (linkCount === 1) return;
  const message = said`The image of the disk "${diskId}" of ${machineName} has ${linkCount} names (hard links), and what is written to it would
      change under all of them: ${imagePath}. Copy it to a new file, and put that in its place.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: imagePath, property: "disks" });
}

function imageFacts(
  files: FileSystem,
  image: { path: string; realFolder: RealFolder },
  machineName: string,
  diskId: string,
): FileFacts {
  requireInside(files, image, machineName, diskId);
  const file = files.open(image.path, "read");
  try {
    // A folder can be opened, and fails here.
    file.read(Buffer.alloc(1), 0);
    return file.facts();
  } finally {
    file.close();
  }
}

function readMachine(files: FileSystem, folder: string): Machine {
  const definition = readMachineFile(files, path.join(folder, machineFile));
  let found: string | undefined;
  const realFolder = (): string => (found ??= files.realPath(folder));
  const facts: FileFacts[] = [];
  const disks = definition.disks.map((disk) => {
    const image = { path: path.join(folder, disk.file), realFolder };
    const found = imageFacts(files, image, definition.name, disk.id);
    facts.push(found);
    return { ...disk, path: image.path, sizeBytes: found.sizeBytes };
  });
  const machine = { ...definition, folder, disks };
  requireOwnFiles(machine, facts);
  return machine;
}

/** What folders say of the machines in them, at once. */
export interface MachineFolders {
  /** Names of the machines in an inventory folder, sorted. An absent folder has none. */
  list(inventoryFolder: string): string[];
  /** The folder of a machine by its name, or `undefined` if the inventory has none of that name. */
  folderOf(inventoryFolder: string, machineName: string): string | undefined;
  /** As `Machines.read`. */
  read(machineFolder: string): Machine;
  exists(machineFolder: string): boolean;
}

export function machineFolders(files: FileSystem): MachineFolders {
  const exists = (folder: string): boolean => files.exists(path.join(folder, machineFile));
  return {
    list: (inventory) => files.list(inventory).filter((name) => exists(path.join(inventory, name))),
    folderOf: (inventory, name) => {
      // A name is never a path. In its own letter case it is found at once, in another one by the listing.
      if (/[/\\]/.test(name)) return undefined;
      const direct = path.join(inventory, name);
      if (exists(direct)) return direct;
      const found = files.list(inventory).find((folder) => folder.toLowerCase() === name.toLowerCase());
      const folder = found === undefined ? undefined : path.join(inventory, found);
      return folder !== undefined && exists(folder) ? folder : undefined;
    },
    read: (folder) => readMachine(files, folder),
    exists,
  };
}
