/**
 * The key kit: one small file with the keys of all stores of replicas. With it and the stores, everything can be had
 * again after the engine's home is lost, so it is kept somewhere else.
 */
import { createHash } from "node:crypto";
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import { type FileSystem, makeFolderDurably, writeAtomically } from "../../blocks/file-system.ts";
import { hasCode, isExpected, SiteRecoveryError } from "../../errors.ts";
import { catalogPositions } from "../../store/catalog-changes.ts";
import { putKeyCopy } from "../../store/key-copies.ts";
import { findThing, listThings } from "../../store/things.ts";
import { readWholeFile } from "../../replica/read-whole-file.ts";
import { describeLocation, withObjects } from "../../replica/store-location.ts";
import { readStoreKey, storeKeyName, type StoreSecret } from "../../replica/store-key.ts";
import type { EngineParts } from "../engine-parts.ts";
import { type HolderInputs, storeLocationOf } from "../store-locations.ts";
import { signingKeyText } from "../upkeep/signing-key.ts";
import { openWithKeyFile, type StorePlace } from "../upkeep/store-key-file.ts";
import { said } from "../../message.ts";

const kitVersion = 1;

interface KeyKit {
  readonly format: "siterecovery-key-kit";
  readonly version: typeof kitVersion;
  readonly engineId: string;
  readonly writtenAt: string;
  /** `folder`: where the store is, for people; a URL for object storage. */
  readonly stores: readonly { readonly holderId: string; readonly folder: string; readonly key: string }[];
  /** The keys that sign drill reports, by vault, as PEM; absent where there are none, and in kits of earlier versions. */
  readonly signing?: readonly { readonly vaultId: string; readonly key: string }[];
}

/** What distinguishes keys without revealing them. */
export function fingerprintOf(key: Uint8Array): string {
  return createHash("sha256").update("siterecovery\0key copy\0").update(key).digest("hex").slice(0, 32);
}

/** A store whose key was exported. */
export interface ExportedKey {
  /** The id of what holds the store. */
  readonly holderId: string;
  /** Whether the key was seen to open its store; false if the store cannot be reached now. */
  readonly isChecked: boolean;
}

interface CheckedKey {
  readonly key: Buffer;
  readonly isChecked: boolean;
}

/** The key of a store as its key file has it, seen to open the store. Throws `WrongKey` if it does not. */
async function checkedKey({ files, home }: EngineParts, place: StorePlace): Promise<CheckedKey> {
  const keyFile = home.keyFileOf(place.holderId);
  const where = describeLocation(files, place.location);
  try {
    const isLocked = await withObjects(
      files,
      place.location,
      async (objects) => (await objects.facts(storeKeyName)) !== undefined,
    );
    // Opening the store also ends a change of its key that was interrupted, which replaces the key file.
    if (isLocked) await openWithKeyFile(files, home, place);
    if (!files.exists(keyFile)) throw wrongKeyFile(place, where, keyFile, "is gone");
    const key = readWholeFile(files, keyFile);
    if (!isLocked) return { key, isChecked: false };
    await withObjects(files, place.location, (objects) => readStoreKey(objects, files, { key }));
    return { key, isChecked: true };
  } catch (error) {
    // Only a key that is too short is invalid input here.
    if (hasCode(error, "WrongKey") || hasCode(error, "InvalidInput"))
      throw wrongKeyFile(place, where, keyFile, "does not open them", error);
    // The share is away, or its own half of the lock is damaged: the key may be the only way back, so it is exported.
    if (!isExpected(error) || !files.exists(keyFile)) throw error;
    return { key: readWholeFile(files, keyFile), isChecked: false };
  }
}

function wrongKeyFile(
  { holderId }: StorePlace,
  where: string,
  keyFile: string,
  what: string,
  cause?: unknown,
): SiteRecoveryError {
  const message = said`No key was exported: the replicas of ${nameOf(holderId)} are in ${where}, and the key file ${keyFile} ${what}. Put the
      right one back from a copy, then run this again.`;
  return new SiteRecoveryError("WrongKey", message, { target: keyFile, cause });
}

/**
 * Writes the keys of all stores to a file of the user's, readable by its owner alone, and remembers those that were seen
 * to open their stores. Throws `InvalidInput` for a file inside the engine's home, `AlreadyExists` if there is a file and
 * it may not be replaced, and `WrongKey` if a key file is gone or does not open its store.
 */
export async function exportKeys(
  parts: EngineParts,
  toPath: string,
  overwrite: boolean,
): Promise<ExportedKey[]> {
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
  const keys: ({ holderId: string; folder: string } & CheckedKey)[] = [];
  for (const { holderId } of catalogPositions(store)) {
    const thing = findThing<HolderInputs>(store, holderId);
    const location = thing && storeLocationOf(home, thing);
    if (location === undefined) continue;
    const checked = await checkedKey(parts, { holderId, location });
    keys.push({ holderId, folder: describeLocation(files, location), ...checked });
  }
  if (keys.length === 0) {
    const message = said`There are no keys yet: no machine is protected. Run this again when the first one is.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message);
  }
  const signing = listThings(store, { kind: "vault" }).flatMap(({ id }) => {
    const key = signingKeyText(files, home, id);
    return key === undefined ? [] : [{ vaultId: id, key }];
  });
  const kit: KeyKit = {
    format: "siterecovery-key-kit",
    version: kitVersion,
    engineId: parts.engineId,
    writtenAt: new Date(parts.clock.now()).toISOString(),
    stores: keys.map(({ holderId, folder, key }) => ({ holderId, folder, key: key.toString("latin1") })),
    ...(signing.length === 0 ? {} : { signing }),
  };
  makeFolderDurably(files, path.dirname(toPath));
  writeAtomically(files, toPath, Buffer.from(`${JSON.stringify(kit, null, 2)}\n`));
  store.transaction(() => {
    for (const { holderId, key, isChecked } of keys) {
      if (isChecked) putKeyCopy(store, holderId, fingerprintOf(key), parts.clock.now());
    }
  });
  return keys.map(({ holderId, isChecked }) => ({ holderId, isChecked }));
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

/** A key that signs drill reports, and whose it is. */
export interface CopiedSigningKey {
  readonly engineId: string;
  readonly vaultId: string;
  readonly key: string;
}

/** The keys of drill reports in key kits. Other files have none. */
export function signingKeysIn(files: FileSystem, keyPaths: readonly string[]): CopiedSigningKey[] {
  return keyPaths.flatMap((keyPath) => {
    const { engineId = "", signing = [] } = kitIn(files, keyPath) ?? {};
    return signing.map((one) => ({ engineId, ...one }));
  });
}

/** The key kit in a file; `undefined` if it is another file. Throws `InvalidInput` for one of a later version. */
function kitIn(files: FileSystem, filePath: string): KeyKit | undefined {
  const content = readWholeFile(files, filePath);
  if (content[0] !== "{".charCodeAt(0)) return undefined;
  try {
    const kit = JSON.parse(content.toString("utf8")) as KeyKit;
    if (kit.format !== "siterecovery-key-kit") return undefined;
    if (kit.version === kitVersion) return kit;
    const message = said`${filePath} is a key kit of version ${String(kit.version)}, made by a newer siterecovery; this one reads version
        ${kitVersion}. Install the newer one.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: filePath });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function secretsOf(files: FileSystem, filePath: string): StoreSecret[] | undefined {
  const content = readWholeFile(files, filePath);
  if (content[0] !== "{".charCodeAt(0)) return content.length < 32 ? undefined : [{ key: content }];
  return kitIn(files, filePath)?.stores.map(({ key }) => ({ key: Buffer.from(key, "latin1") }));
}
