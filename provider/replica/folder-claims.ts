/** Claims and pins of a store in a folder: lock files beside the objects. See machine-lock.ts for how they work. */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import type { Claim, Claims, WriterEpoch } from "../ports/objects.ts";
import { fenceMachine, lockMachine, pinnedPoints, pinPoint } from "./machine-lock.ts";

/** A claim in a folder. What gets its name under it is written in `workFolder` first, which goes with the claim. */
export interface FolderClaim extends Claim {
  readonly workFolder: string;
}

export class FolderClaims implements Claims {
  readonly #files: FileSystem;
  readonly #folder: string;

  constructor(files: FileSystem, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  async claim(prefix: string, writer: WriterEpoch | undefined): Promise<FolderClaim> {
    const lock = lockMachine(this.#files, this.#folderOf(prefix), writer);
    return {
      // What a former holder has prepared is removed when the claim is taken over.
      holdsPuts: true,
      wasTakenOver: false,
      workFolder: lock.workFolder,
      check: async () => lock.check(),
      release: async () => lock.release(),
    };
  }

  async fence(prefix: string, writer: WriterEpoch): Promise<void> {
    fenceMachine(this.#files, this.#folderOf(prefix), writer);
  }

  async pin(prefix: string, pointId: string): Promise<() => Promise<void>> {
    const release = pinPoint(this.#files, this.#folderOf(prefix), pointId);
    return async () => release();
  }

  async pinned(prefix: string): Promise<ReadonlySet<string>> {
    return pinnedPoints(this.#files, this.#folderOf(prefix));
  }

  #folderOf(prefix: string): string {
    return path.join(this.#folder, prefix);
  }
}
