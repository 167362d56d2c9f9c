/** What is remembered of each disk that was hydrated: in the home, a file for each, changed atomically. */
import { createHash } from "node:crypto";
import path from "node:path";
import { idKey } from "../../arm-id.ts";
import { type FileSystem, makeFolderDurably, writeAtomically } from "../../blocks/file-system.ts";
import { readWholeFile } from "../../replica/read-whole-file.ts";

/** A run that was begun and not ended. */
export interface HydrationRun {
  /** The recovery point that is being hydrated. */
  readonly toPointId: string;
  /** The point that the blob held before; `undefined` if everything is written. */
  readonly basePointId: string | undefined;
  /** Whether the blob was prepared: made or cleared where everything is written. */
  readonly isPrepared: boolean;
  /** All blocks before this one are there. */
  readonly doneBlock: number;
}

export interface HydrationState {
  readonly format: 1;
  readonly blob: string;
  readonly diskSizeBytes: number;
  /** The lease that keeps others from writing the blob during a run. */
  readonly leaseId: string;
  /** The recovery point that the blob holds, and the blob's tag then; `undefined` before the first run has ended. */
  readonly held: { readonly pointId: string; readonly tag: string } | undefined;
  readonly run: HydrationRun | undefined;
}

export class HydrationStates {
  readonly #files: FileSystem;
  readonly #folder: string;

  constructor(files: FileSystem, homeFolder: string) {
    this.#files = files;
    this.#folder = path.join(homeFolder, "hydrated");
  }

  /** `undefined` if the disk was never hydrated into that blob. */
  read(itemId: string, diskId: string, blob: string): HydrationState | undefined {
    const file = this.#fileOf(itemId, diskId, blob);
    if (!this.#files.exists(file)) return undefined;
    return JSON.parse(readWholeFile(this.#files, file).toString("utf8")) as HydrationState;
  }

  write(itemId: string, diskId: string, state: HydrationState): void {
    makeFolderDurably(this.#files, this.#folder);
    const text = Buffer.from(`${JSON.stringify(state)}\n`);
    writeAtomically(this.#files, this.#fileOf(itemId, diskId, state.blob), text);
  }

  #fileOf(itemId: string, diskId: string, blob: string): string {
    const name = createHash("sha256")
      .update(JSON.stringify([idKey(itemId), diskId, blob]))
      .digest("hex");
    return path.join(this.#folder, `${name.slice(0, 32)}.json`);
  }
}
