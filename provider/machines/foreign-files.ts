/**
 * What is in a machine's folder and not the machine's: a person may have put it there, and nothing replicates it. When the machine is
 * removed it is kept in a folder beside.
 */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { isExpected } from "../errors.ts";
import { readMachineFile } from "./machine-file.ts";
import { machineFile } from "./machine-folders.ts";
import { isMarkFile, readMark } from "./machine-mark.ts";

/** What the engine and its trackers keep beside an image, as the rest of the name; also half written. */
const besideImage =
  /^(\.overwriting)?(\.hrl(\.[0-9]+)?|\.snapshot|\.unsynced|\.filled|\.partial|\.tracking\.(json|qcow2))?(\.([0-9a-f]{12}\.)?new)?$/;

const halfWritten = /^(\.([0-9a-f]{12}\.)?new)?$/;

/**
 * The machine's images: by its definition, and by the mark of what made it, which is there before the definition is and stays when a
 * person takes that away. Where neither can be read none is known, so that all that could be one is kept.
 */
function imagesIn(files: FileSystem, folder: string): string[] {
  const made = orNothing(() => readMark(files, folder)?.madeBy?.images);
  const definition = path.join(folder, machineFile);
  const disks = files.exists(definition)
    ? orNothing(() => readMachineFile(files, definition).disks)
    : undefined;
  return [...(made ?? []), ...(disks ?? []).map(({ file }) => file)].map((file) => path.normalize(file));
}

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isExpected(error)) throw error;
    return undefined;
  }
}

function isNamed(name: string, owns: readonly string[], endings: RegExp): boolean {
  return owns.some((own) => name.startsWith(own) && endings.test(name.slice(own.length)));
}

/** Names of the files and folders that are not the machine's, sorted. `others`: names that its driver uses. */
export function foreignFiles(files: FileSystem, folder: string, others: readonly string[]): string[] {
  if (!files.exists(folder)) return [];
  const images = imagesIn(files, folder);
  const isOwn = (name: string): boolean =>
    isMarkFile(name) ||
    isNamed(name, [...others, machineFile], halfWritten) ||
    isNamed(name, images, besideImage);
  return files.list(folder).filter((name) => !isOwn(name));
}

/** A machine's folder while what is the machine's is taken out of it: a process that is killed then has it ended by the next removal. */
const removingEnding = ".removing";

function freePlace(files: FileSystem, folder: string): string {
  for (let number = 1; ; number += 1) {
    const kept = number === 1 ? `${folder}.kept` : `${folder}.kept-${number}`;
    if (!files.exists(kept)) return kept;
  }
}

/** Takes the definition out first, without which nobody runs it, and the mark last, which says what is the machine's. */
function takeOut(files: FileSystem, folder: string, foreign: ReadonlySet<string>): void {
  files.remove(path.join(folder, machineFile));
  files.syncFolder(folder);
  const own = files.list(folder).filter((name) => !foreign.has(name));
  for (const name of own.filter((name) => !isMarkFile(name))) files.remove(path.join(folder, name));
  files.syncFolder(folder);
  for (const name of own.filter(isMarkFile)) files.remove(path.join(folder, name));
}

/** Ends what a removal has begun. Returns where what is left is kept, or `undefined` if none was begun. */
function endKeeping(files: FileSystem, folder: string, others: readonly string[]): string | undefined {
  const removing = `${folder}${removingEnding}`;
  if (!files.exists(removing)) return undefined;
  takeOut(files, removing, new Set(foreignFiles(files, removing, others)));
  const kept = freePlace(files, folder);
  files.rename(removing, kept);
  return kept;
}

/**
 * If there is something in a machine's folder that is not the machine's: removes the rest, gives the folder another name, and returns where
 * that is kept. The new name is durable once the caller has synchronised the folder above.
 */
export function keepForeign(files: FileSystem, folder: string, others: readonly string[]): string[] {
  const before = endKeeping(files, folder, others);
  if (foreignFiles(files, folder, others).length > 0) files.rename(folder, `${folder}${removingEnding}`);
  const now = endKeeping(files, folder, others);
  return [before, now].filter((kept) => kept !== undefined);
}
