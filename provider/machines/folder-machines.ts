/** The `folder` driver: a machine is a folder with machine.yaml, raw disk images and a state file. */
import path from "node:path";
import {
  type FileFacts,
  type FileSystem,
  makeFolderDurably,
  writeAtomically,
} from "../blocks/file-system.ts";
import { isLink } from "../blocks/is-link.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import type { Machine, Machines, PowerState } from "../ports/machines.ts";
import type { MachineDefinition } from "../model/machine-definition.ts";
import { readMachineFile, writeMachineFile } from "./machine-file.ts";
import { readMark, writeMark } from "./machine-mark.ts";
import { said } from "../message.ts";

/** Of an image, while a move overwrites it. */
export const overwritingEnding = ".overwriting";
const machineFile = "machine.yaml";
const stateFile = "power-state";
/** The version that a push installs: the one that this engine replicates with. */
const mobilityServiceVersion = "1.0";

function readState(files: FileSystem, folder: string): PowerState {
  const file = path.join(folder, stateFile);
  // A machine that was never started or stopped through the driver is in production: it runs.
  if (!files.exists(file)) return "running";
  const opened = files.open(file, "read");
  try {
    const buffer = Buffer.alloc(Math.min(opened.size().sizeBytes, 64));
    opened.read(buffer, 0);
    const state = buffer.toString("utf8").trim();
    if (state === "running" || state === "off") return state;
    const message = said`The power state in ${file} is neither "running" nor "off". Write the right one into it.`;
    throw new SiteRecoveryError("Damaged", message, { target: file });
  } finally {
    opened.close();
  }
}

/** The folder's own path, links followed; asked once for all disks, since it is asked of thousands of machines. */
type RealFolder = () => string;

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
function requireInside(
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
function requireOneName(files: FileSystem, imagePath: string, machineName: string, diskId: string): void {
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

/** The file system answers at once. What it throws is thrown to whoever waits. */
function later<Args extends unknown[], Result>(
  work: (...args: Args) => Result,
): (...args: Args) => Promise<Result> {
  return (...args) => new Promise((resolve) => resolve(work(...args)));
}

export function folderMachines(files: FileSystem): Machines {
  const exists = (folder: string): boolean => files.exists(path.join(folder, machineFile));
  const withdraw = (folder: string): void => {
    for (const name of files.list(folder)) {
      // Without its file under the other name, the change of a process that is woken up fails.
      const isPrepared = name.startsWith(`${stateFile}.`) || name.startsWith(`${machineFile}.`);
      if (isPrepared && name.endsWith(".new")) files.remove(path.join(folder, name));
    }
  };
  const setState = (folder: string, state: PowerState): void => {
    // Whoever wrote it may have been killed before it was durable.
    if (readState(files, folder) === state && files.exists(path.join(folder, stateFile)))
      return files.syncFolder(folder);
    withdraw(folder);
    writeAtomically(files, path.join(folder, stateFile), Buffer.from(`${state}\n`));
  };
  const list = (inventory: string): string[] =>
    files.list(inventory).filter((name) => exists(path.join(inventory, name)));
  return {
    // Any program may write to an image in a folder.
    tracksEveryWrite: () => Promise.resolve(false),
    list: later(list),
    folderOf: later((inventory, name) => {
      // A name is never a path. In its own letter case it is found at once, in another one by the listing.
      if (/[/\\]/.test(name)) return undefined;
      const direct = path.join(inventory, name);
      if (exists(direct)) return direct;
      const found = files.list(inventory).find((folder) => folder.toLowerCase() === name.toLowerCase());
      const folder = found === undefined ? undefined : path.join(inventory, found);
      return folder !== undefined && exists(folder) ? folder : undefined;
    }),
    read: later((folder) => readMachine(files, folder)),
    exists: later(exists),
    requireOwnImages: later((folder, disks) => {
      const realFolder = (): string => files.realPath(folder);
      for (const disk of disks) {
        const image = { path: path.join(folder, disk.file), realFolder };
        if (!files.exists(image.path)) continue;
        requireInside(files, image, path.basename(folder), disk.id);
        requireNoLink(files, image.path);
        requireOneName(files, image.path, path.basename(folder), disk.id);
      }
    }),
    markOf: later((folder) => readMark(files, folder)),
    setMark: later((folder, mark) => writeMark(files, folder, mark)),
    definitionOf: ({ folder: _folder, disks, ...definition }): MachineDefinition => ({
      ...definition,
      disks: disks.map(({ id, file, role }) => ({ id, file, role })),
    }),
    powerState: later((folder) => readState(files, folder)),
    // There is no guest that could say something.
    whenReady: () => Promise.resolve(undefined),
    start: later((folder) => setState(folder, "running")),
    shutDown: later((folder) => setState(folder, "off")),
    define: later((folder, definition) => {
      makeFolderDurably(files, folder);
      setState(folder, "off");
      writeMachineFile(files, path.join(folder, machineFile), definition);
    }),
    installMobilityService: later((folder) => {
      const file = path.join(folder, machineFile);
      const definition = readMachineFile(files, file);
      if (definition.mobilityService !== undefined) return files.syncFolder(folder);
      writeMachineFile(files, file, { ...definition, mobilityService: { version: mobilityServiceVersion } });
    }),
    withdraw: later(withdraw),
    remove: later((folder) => {
      // Without its definition the folder is no machine any more, whatever a crash leaves of the rest.
      if (exists(folder)) {
        files.remove(path.join(folder, machineFile));
        files.syncFolder(folder);
      }
      files.remove(folder);
      if (files.exists(path.dirname(folder))) files.syncFolder(path.dirname(folder));
    }),
  };
}
