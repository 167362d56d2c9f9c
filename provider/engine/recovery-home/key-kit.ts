/**
 * The key kit: one small file with the keys of all stores of replicas. With it and the stores, everything can be had
 * again after the engine's home is lost, so it is kept somewhere else.
 */
import { createHash } from "node:crypto";
import path from "node:path";
import { type FileSystem, writeAtomically } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { catalogPositions } from "../../store/catalog-changes.ts";
import { putKeyCopy } from "../../store/key-copies.ts";
import { findThing } from "../../store/things.ts";
import { readWholeFile } from "../../targets/read-whole-file.ts";
import type { StoreSecret } from "../../targets/store-key.ts";
import type { EngineParts } from "../engine-parts.ts";
import { type HolderInputs, storeFolderOf } from "../replica-stores.ts";
import { said } from "../../message.ts";

interface KeyKit {
  readonly format: "siterecovery-key-kit";
  readonly version: 1;
  readonly engineId: string;
  readonly writtenAt: string;
  readonly stores: readonly { readonly holderId: string; readonly folder: string; readonly key: string }[];
}

/** What distinguishes keys without revealing them. */
export function fingerprintOf(key: Uint8Array): string {
  return createHash("sha256").update("siterecovery\0key copy\0").update(key).digest("hex").slice(0, 32);
}

/**
 * Writes the keys of all stores to a file of the user's, readable by its owner alone, and remembers that it was done.
 * Returns the ids of what holds the stores. Throws `InvalidInput` for a file inside the engine's home, and
 * `AlreadyExists` if there is a file and it may not be replaced.
 */
export function exportKeys(parts: EngineParts, toPath: string, overwrite: boolean): string[] {
  const { files, home, store } = parts;
  const inHome = path.relative(home.folder, toPath);
  if (!inHome.startsWith("..") && !path.isAbsolute(inHome)) {
    const message = said`${toPath} is inside the engine's home, where a fire takes both. Name a file on another machine or medium.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "to" });
  }
  if (files.exists(toPath) && !overwrite) {
    const message = said`There is a file ${toPath} already. Name another one, or add --overwrite.`;
    throw new SiteRecoveryError("AlreadyExists", message, { target: toPath });
  }
  const keys = catalogPositions(store).flatMap(({ holderId }) => {
    const thing = findThing<HolderInputs>(store, holderId);
    const folder = thing && storeFolderOf(home, thing);
    if (folder === undefined) return [];
    return [{ holderId, folder, key: readWholeFile(files, home.keyFileOf(holderId)) }];
  });
  if (keys.length === 0) {
    const message = said`There are no keys yet: no machine is protected. Run this again when the first one is.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message);
  }
  const kit: KeyKit = {
    format: "siterecovery-key-kit",
    version: 1,
    engineId: parts.engineId,
    writtenAt: new Date(parts.clock.now()).toISOString(),
    stores: keys.map((one) => ({ ...one, key: one.key.toString("latin1") })),
  };
  files.makeFolder(path.dirname(toPath));
  writeAtomically(files, toPath, Buffer.from(`${JSON.stringify(kit, null, 2)}\n`));
  store.transaction(() => {
    for (const { holderId, key } of keys) {
      putKeyCopy(store, holderId, fingerprintOf(key), parts.clock.now());
    }
  });
  return keys.map(({ holderId }) => holderId);
}

/** The secrets in key files and key kits. Throws `NotFound`, and `InvalidInput` for a file that is neither. */
export function secretsIn(files: FileSystem, keyPaths: readonly string[]): StoreSecret[] {
  return keyPaths.flatMap((keyPath) => {
    if (!files.exists(keyPath)) {
      throw new SiteRecoveryError("NotFound", said`There is no key file ${keyPath}.`, { target: keyPath });
    }
    const found = secretsOf(files, keyPath);
    if (found) return found;
    const message = said`${keyPath} is no key file. Name one that \`siterecovery key export\` wrote, or <home>/keys/<name>.key.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: keyPath });
  });
}

function secretsOf(files: FileSystem, filePath: string): StoreSecret[] | undefined {
  const content = readWholeFile(files, filePath);
  if (content[0] !== "{".charCodeAt(0)) return content.length < 32 ? undefined : [{ key: content }];
  try {
    const kit = JSON.parse(content.toString("utf8")) as KeyKit;
    if (kit.format !== "siterecovery-key-kit") return undefined;
    return kit.stores.map(({ key }) => ({ key: Buffer.from(key, "latin1") }));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
