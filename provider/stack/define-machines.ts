/** Writes machine.yaml for folders of an inventory that have disk images and no machine.yaml yet. */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { machineFolders } from "../machines/machine-folders.ts";
import { describedMachine } from "../machines/import/described-machine.ts";
import { guessMachine, imagePattern } from "../machines/guess-machine.ts";
import { writeMachineFile } from "../machines/machine-file.ts";
import { rawImageAdvice } from "../machines/other-images.ts";

export interface DefinedMachine {
  /** Path of the machine.yaml that was written. */
  readonly file: string;
  readonly notes: readonly string[];
}

const nameForm = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** A folder whose machine cannot be taken over: by its name, its images or its description. */
export interface RefusedMachine {
  readonly refused: string;
}

/** Why the images of a folder are no machine's; `undefined` if they are, or there are none. */
function flawOf(folder: string, name: string): string | undefined {
  const isRaw = localFileSystem.list(folder).some((file) => imagePattern.test(file));
  const advice = isRaw ? undefined : rawImageAdvice(localFileSystem, folder);
  if (nameForm.test(name)) return advice;
  if (!isRaw && advice === undefined) return undefined;
  return "the folder has disk images, and a name that no machine may have: 1 to 63 letters, digits and hyphens. Rename it.";
}

/**
 * Never overwrites a machine.yaml, and writes none that is not right. Throws a `SiteRecoveryError` if the folder cannot be
 * read or a file cannot be written.
 */
export function defineMachines(inventory: string): (DefinedMachine | RefusedMachine)[] {
  const drivers = machineFolders(localFileSystem);
  return localFileSystem
    .list(inventory)
    .toSorted()
    .flatMap((name): (DefinedMachine | RefusedMachine)[] => {
      const folder = path.join(inventory, name);
      if (drivers.exists(folder)) return [];
      let guessed: ReturnType<typeof guessMachine>;
      try {
        const flaw = flawOf(folder, name);
        if (flaw !== undefined) return [{ refused: `${name}: ${flaw}` }];
        guessed = describedMachine(localFileSystem, folder) ?? guessMachine(localFileSystem, folder);
      } catch (error) {
        if (hasCode(error, "InvalidInput")) return [{ refused: `${name}: ${error.message}` }];
        // A file, or a folder that may not be read, is no machine.
        if (error instanceof SiteRecoveryError) return [];
        throw error;
      }
      if (guessed === undefined) return [];
      const file = path.join(folder, "machine.yaml");
      writeMachineFile(localFileSystem, file, guessed.definition);
      return [{ file, notes: guessed.notes }];
    });
}
