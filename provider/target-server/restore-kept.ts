/** Puts former states of objects back, of those that clients have replaced that may not delete. */
import path from "node:path";
import { type FileSystem, localFileSystem } from "../blocks/file-system.ts";
import { type Clock, systemClock } from "../clock.ts";
import { storeName } from "../drivers/objects-https/protocol.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { type Random, randomHex, systemRandom } from "../random.ts";
import { copyDurably } from "./copy-durably.ts";
import { ServedStore } from "./served-store.ts";
import { keptTime, ServingFolder } from "./serving-folder.ts";

export interface RestoreOptions {
  readonly folder: string;
  readonly store: string;
  /** Objects become what they were then, in milliseconds since 1970. */
  readonly asOf: number;
  /** Only says what would be done. */
  readonly dryRun: boolean;
}

export interface RestoredObject {
  readonly name: string;
  /** Until when the object was in this state, in milliseconds since 1970. */
  readonly replacedAt: number;
}

/**
 * Restores each object of a store that was replaced since an instant. What it is now is kept as well, so that another instant
 * can be tried. Objects that came later stay. Throws `Busy` while the folder is served, and `NotFound`.
 */
export async function restoreKept({
  folder,
  store,
  asOf,
  dryRun,
}: RestoreOptions): Promise<RestoredObject[]> {
  const files: FileSystem = localFileSystem;
  const clock: Clock = systemClock;
  const random: Random = systemRandom;
  const serving = new ServingFolder(files, folder, clock);
  try {
    if (!storeName.test(store) || !files.exists(path.join(serving.root, store))) {
      const message = said`There is no store "${store}" in ${folder}.`;
      throw new SiteRecoveryError("NotFound", message, { target: folder, property: "--store" });
    }
    const served = new ServedStore(files, serving, store);
    const restored: RestoredObject[] = [];
    for (const { name, states } of keptObjects(files, serving.keptFolder(store))) {
      const state = states.find(({ replacedAt }) => replacedAt > asOf);
      if (state === undefined) continue;
      restored.push({ name, replacedAt: state.replacedAt });
      if (dryRun) continue;
      const bodyPath = serving.incoming(randomHex(random, 16));
      const sizeBytes = await copyDurably(files, state.path, bodyPath);
      const number = randomHex(random, 16);
      await served.put({ name, rule: "replace", number, bodyPath, sizeBytes, keepsFormer: true });
    }
    return restored;
  } finally {
    serving.release();
  }
}

interface KeptState {
  readonly path: string;
  readonly replacedAt: number;
}

/** Objects of which states are kept, each with these from the oldest on. */
function* keptObjects(
  files: FileSystem,
  folder: string,
  name = "",
): Generator<{ name: string; states: KeptState[] }> {
  const states: KeptState[] = [];
  // Listed before anything is kept again below it.
  for (const entry of files.list(folder)) {
    const replacedAt = keptTime(entry);
    if (replacedAt !== undefined) states.push({ path: path.join(folder, entry), replacedAt });
    else if (isFolder(files, path.join(folder, entry))) {
      yield* keptObjects(files, path.join(folder, entry), name === "" ? entry : `${name}/${entry}`);
    }
  }
  if (states.length > 0) yield { name, states };
}

function isFolder(files: FileSystem, filePath: string): boolean {
  try {
    files.list(filePath);
    return true;
  } catch (error) {
    if (hasCode(error, "IoFailed")) return false;
    throw error;
  }
}
