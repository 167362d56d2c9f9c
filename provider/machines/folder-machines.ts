/** The `folder` driver: a machine is a folder with machine.yaml, raw disk images and a state file. */
import path from "node:path";
import { type FileSystem, makeFolderDurably, writeAtomically } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { Machines, PowerState } from "../ports/machines.ts";
import type { MachineDefinition } from "../model/machine-definition.ts";
import { readMachineFile, writeMachineFile } from "./machine-file.ts";
import {
  machineFile,
  machineFolders,
  requireInside,
  requireNoLink,
  requireOneName,
} from "./machine-folders.ts";
import { foreignFiles, keepForeign } from "./foreign-files.ts";
import { readMark, writeMark } from "./machine-mark.ts";
import { said } from "../message.ts";

const stateFile = "power-state";
/** The version that a push installs: the one that this engine replicates with. */
const mobilityServiceVersion = "1.0";

/** What `writeAtomically` has not renamed yet. */
const prepared = /^(power-state|machine\.yaml)\.[0-9a-f]{12}\.new$/;

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

/** The file system answers at once. What it throws is thrown to whoever waits. */
function later<Args extends unknown[], Result>(
  work: (...args: Args) => Result,
): (...args: Args) => Promise<Result> {
  return (...args) => new Promise((resolve) => resolve(work(...args)));
}

export function folderMachines(files: FileSystem): Machines {
  const folders = machineFolders(files);
  const { exists } = folders;
  const withdraw = (folder: string): void => {
    for (const name of files.list(folder)) {
      // Without its file under the other name, the change of a process that is woken up fails.
      if (prepared.test(name)) files.remove(path.join(folder, name));
    }
  };
  const setState = (folder: string, state: PowerState): void => {
    // Whoever wrote it may have been killed before it was durable.
    if (readState(files, folder) === state && files.exists(path.join(folder, stateFile)))
      return files.syncFolder(folder);
    withdraw(folder);
    writeAtomically(files, path.join(folder, stateFile), Buffer.from(`${state}\n`));
  };
  return {
    holdsFiles: () => true,
    isReachable: later((inventory) => files.exists(inventory)),
    // Any program may write to an image in a folder.
    tracksEveryWrite: () => Promise.resolve(false),
    list: later(folders.list),
    placeOf: later(folders.folderOf),
    nameAt: (folder) => Promise.resolve(path.basename(folder)),
    read: later(folders.read),
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
    definitionOf: ({ folder: _folder, obstacles: _obstacles, disks, ...definition }): MachineDefinition => ({
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
    foreignFiles: later((folder) => foreignFiles(files, folder, [stateFile])),
    remove: later((folder) => {
      const kept = keepForeign(files, folder, [stateFile]);
      // Without its definition the folder is no machine any more, whatever a crash leaves of the rest.
      if (exists(folder)) {
        files.remove(path.join(folder, machineFile));
        files.syncFolder(folder);
      }
      files.remove(folder);
      if (files.exists(path.dirname(folder))) files.syncFolder(path.dirname(folder));
      return kept;
    }),
  };
}
