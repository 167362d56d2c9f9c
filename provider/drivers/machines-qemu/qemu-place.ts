/**
 * A machine that QEMU runs on this computer: its `machine.yaml` has a section `qemu`. What its runs leave is in a folder of
 * its own beside the images.
 */
import path from "node:path";
import type { FileSystem } from "../../blocks/file-system.ts";
import { isExpected } from "../../errors.ts";
import { readMachineFile } from "../../machines/machine-file.ts";
import { readMark } from "../../machines/machine-mark.ts";
import type { MachineDefinition, QemuSettings } from "../../model/machine-definition.ts";
import type { FoundMark } from "../../model/machine-mark.ts";
import { GuestProcess, type GuestParts } from "../../qemu/guest-process.ts";

/** The name of the folder of a machine's runs, in the machine's folder. */
export const runFolderName = "qemu";

export interface QemuPlace {
  readonly folder: string;
  readonly runFolder: string;
  readonly definition: MachineDefinition & { readonly qemu: QemuSettings };
  readonly mark: FoundMark | undefined;
}

function definitionIn(files: FileSystem, folder: string, file: string): MachineDefinition | undefined {
  try {
    return readMachineFile(files, file);
  } catch (error) {
    if (isExpected(error) && !files.exists(path.join(folder, runFolderName))) return undefined;
    throw error;
  }
}

/**
 * `undefined` for a machine that QEMU does not run, or where no machine is. A machine.yaml that cannot be read says nothing
 * of QEMU; whoever needs the machine itself reports it. Throws what is wrong with it if QEMU has run the machine.
 */
export function qemuPlaceOf(files: FileSystem, folder: string): QemuPlace | undefined {
  const file = path.join(folder, "machine.yaml");
  if (!files.exists(file)) return undefined;
  const definition = definitionIn(files, folder, file);
  if (definition === undefined) return undefined;
  const { qemu } = definition;
  if (qemu === undefined) return undefined;
  const runFolder = path.join(folder, runFolderName);
  return { folder, runFolder, definition: { ...definition, qemu }, mark: readMark(files, folder) };
}

/** The QEMU of a machine if it runs, and so has the disks open. */
export function runningGuest(parts: GuestParts, { runFolder }: QemuPlace): GuestProcess | undefined {
  const guest = GuestProcess.find(parts, runFolder);
  return guest?.isAlive() === true ? guest : undefined;
}

/** Where the disks of a machine are shown while a snapshot of them is read. */
export function exportFolderOf({ runFolder }: QemuPlace): string {
  return path.join(runFolder, "export");
}

/** Whether the machine's last QEMU did not end in order, and so has not stored its bitmaps. */
export function wasKilled(parts: GuestParts, { runFolder }: QemuPlace): boolean {
  return GuestProcess.find(parts, runFolder)?.wasKilled() === true;
}
