/**
 * The key object of a store, `store.key`: the data key that everything is encrypted with, itself encrypted
 * ("wrapped") once for each secret that opens the store: a key that is read from a key file, and a recovery
 * passphrase (scrypt). Changing a secret rewrites this small file only. A checksum distinguishes damage from a
 * wrong key.
 *
 * Its version also says in which format the replicas beside it are: up to 2 it is format 1, with 3 it is format 2
 * (point-name.ts, layers/layer-name.ts). A store of format 1 is read as it is, and is one of format 2 from the first write on.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, scryptSync } from "node:crypto";
import type { FileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { randomHex, systemRandom } from "../random.ts";
import type { Objects, PutRule } from "../ports/objects.ts";
import { damagedObject } from "./damaged-object.ts";
import type { KeyRingSpec } from "./key-ring.ts";
import { readWholeFile } from "./read-whole-file.ts";

/** What opens a store: a passphrase, or at least 32 bytes of key material, mostly as the path of their file. */
export type StoreSecret =
  { readonly passphrase: string } | { readonly keyFile: string } | { readonly key: Uint8Array };

/** The data key, wrapped for one secret. A file of version 1 is one of these. */
interface WrappedKey {
  readonly format: "siterecovery-store";
  readonly version: 1;
  readonly storeId: string;
  readonly secret: SecretKind;
  /** scrypt's N; r is 8, p is 1. 2^15 costs 32 MiB and some 60 ms a try. */
  readonly cost: number;
  readonly salt: string;
  readonly nonce: string;
  readonly wrapped: string;
}

export type SecretKind = "passphrase" | "keyFile";

/** The file of version 2: one wrapping for each kind of secret. */
interface WrappedKeys2 {
  readonly format: "siterecovery-store";
  readonly version: 2;
  readonly storeId: string;
  readonly wrappings: readonly WrappedKey[];
}

/** The file since version 3. */
interface WrappedKeys {
  readonly format: "siterecovery-store";
  readonly version: 3;
  readonly storeId: string;
  readonly keys: readonly WrappedKey[];
  /** Where earlier versions look: none, so that they refuse a store that they would read wrongly. */
  readonly wrappings: readonly never[];
}

type KeyContent = WrappedKey | WrappedKeys2 | WrappedKeys;

const newestVersion = 3;

const scryptCost = 32_768;
const keyFileBytesMin = 32;

export const storeKeyName = "store.key";

/** Makes a new data key and puts it there, wrapped. `undefined` if another process was faster. */
export async function createStoreKey(
  objects: Objects,
  files: FileSystem,
  secret: StoreSecret,
): Promise<KeyRingSpec | undefined> {
  const spec = {
    storeId: Buffer.from(systemRandom.bytes(16)),
    dataKey: Buffer.from(systemRandom.bytes(32)),
    format: 2,
  } as const;
  const isMade = await putWrappings(objects, spec, [wrap(files, spec, secret)], "ifAbsent");
  return isMade ? spec : undefined;
}

/**
 * Wraps the data key with a secret, in place of the one of its kind: the old key file, or the old passphrase, opens
 * the store no more, and the other kind still does. Crash-safe.
 */
export async function wrapStoreKey(
  objects: Objects,
  files: FileSystem,
  spec: KeyRingSpec,
  secret: StoreSecret,
): Promise<void> {
  const wrapping = wrap(files, spec, secret);
  const others = (await wrappingsIn(objects))?.filter((one) => one.secret !== wrapping.secret) ?? [];
  await putWrappings(objects, spec, [...others, wrapping], "replace");
}

async function putWrappings(
  objects: Objects,
  { storeId }: Pick<KeyRingSpec, "storeId">,
  wrappings: readonly WrappedKey[],
  rule: PutRule,
): Promise<boolean> {
  const content: WrappedKeys = {
    format: "siterecovery-store",
    version: newestVersion,
    storeId: hex(storeId),
    keys: wrappings,
    wrappings: [],
  };
  const body = JSON.stringify(content);
  const tag = await objects.put(storeKeyName, Buffer.from(`${body}\n${sha256(body)}\n`), rule, {
    keepsFormer: true,
  });
  return tag !== "lost";
}

/** Says that the store is of format 2, before anything of that format is written in it. Nothing else of it changes. */
export async function raiseFormat(objects: Objects): Promise<void> {
  for (;;) {
    const object = await objects.get(storeKeyName);
    const content = object && contentOf(objects, object.bytes);
    // A key object that was lost or damaged under an open store does not stop work; see checkReach.
    if (object === undefined || content === undefined || content.version === newestVersion) return;
    const storeId = Buffer.from(content.storeId, "hex");
    if (await putWrappings(objects, { storeId }, wrappingsOf(content), { ifTag: object.tag })) return;
  }
}

function wrap(files: FileSystem, spec: Omit<KeyRingSpec, "format">, secret: StoreSecret): WrappedKey {
  const open = {
    format: "siterecovery-store",
    version: 1,
    storeId: hex(spec.storeId),
    secret: kindOf(secret),
    cost: scryptCost,
    salt: randomHex(systemRandom, 16),
    nonce: randomHex(systemRandom, 12),
  } as const;
  const key = wrappingKey(files, secret, open);
  const cipher = createCipheriv("aes-256-gcm", key, Buffer.from(open.nonce, "hex"));
  cipher.setAAD(Buffer.from(JSON.stringify(open)));
  const sealed = Buffer.concat([cipher.update(spec.dataKey), cipher.final(), cipher.getAuthTag()]);
  return { ...open, wrapped: hex(sealed) };
}

/** The key object as it is, or `undefined` if there is none. */
export async function readKeyObject(objects: Objects): Promise<Buffer | undefined> {
  return (await objects.get(storeKeyName))?.bytes;
}

/** Reads and unwraps the data key; `keyObject`: what was read already. Throws `WrongKey`, or `Damaged` when the file is not what was written. */
export async function readStoreKey(
  objects: Objects,
  files: FileSystem,
  secret: StoreSecret,
  keyObject?: Buffer,
): Promise<KeyRingSpec> {
  const keyPath = objects.placeOf(storeKeyName);
  const bytes = keyObject ?? (await readKeyObject(objects));
  const content = bytes && contentOf(objects, bytes);
  const wrappings = content ? wrappingsOf(content) : bytes ? undefined : [];
  if (wrappings === undefined) {
    throw damagedObject(keyPath, "its checksum does not match; put a copy of this file back");
  }
  const fitting = wrappings.find((one) => one.secret === kindOf(secret));
  if (!fitting) {
    const kinds = wrappings.map((one) => words[one.secret]).join(" and a ");
    throw wrongKey(keyPath, secret, `it is locked with a ${kinds}, not with a ${words[kindOf(secret)]}`);
  }
  const format = content?.version === newestVersion ? 2 : 1;
  return { ...unwrap(files, keyPath, fitting, secret), format };
}

/** The kinds of secrets that open a store. Throws `Damaged` when the file is not what was written. */
export async function secretKindsOf(objects: Objects): Promise<SecretKind[]> {
  const wrappings = await wrappingsIn(objects);
  if (wrappings !== undefined) return wrappings.map(({ secret }) => secret);
  throw damagedObject(
    objects.placeOf(storeKeyName),
    "its checksum does not match; put a copy of this file back",
  );
}

/** The wrappings in a key object; an empty list if there is none, `undefined` if it is damaged. */
async function wrappingsIn(objects: Objects): Promise<readonly WrappedKey[] | undefined> {
  const bytes = await readKeyObject(objects);
  if (bytes === undefined) return [];
  const content = contentOf(objects, bytes);
  return content && wrappingsOf(content);
}

/** `undefined` if it is not what was written. Throws `InvalidInput` for one of a later version. */
function contentOf(objects: Objects, bytes: Buffer): KeyContent | undefined {
  const body = soundBody(bytes);
  if (body === undefined) return undefined;
  const content = JSON.parse(body) as KeyContent;
  const { version }: { version: number } = content;
  if (version <= newestVersion) return content;
  const place = objects.placeOf(storeKeyName);
  const message = `${place} was written by a newer siterecovery (key version ${version}, this one knows
      ${newestVersion}). Update the siterecovery package.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: place });
}

function wrappingsOf(content: KeyContent): readonly WrappedKey[] {
  switch (content.version) {
    case 1:
      return [content];
    case 2:
      return content.wrappings;
    case 3:
      return content.keys;
  }
}

function unwrap(
  files: FileSystem,
  keyPath: string,
  { wrapped, ...open }: WrappedKey,
  secret: StoreSecret,
): Omit<KeyRingSpec, "format"> {
  const sealed = Buffer.from(wrapped, "hex");
  const key = wrappingKey(files, secret, open);
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(open.nonce, "hex"), {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(JSON.stringify(open)));
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  try {
    const encrypted = sealed.subarray(0, sealed.length - 16);
    const dataKey = Buffer.concat([decipher.update(encrypted), decipher.final()]);
    return { storeId: Buffer.from(open.storeId, "hex"), dataKey };
  } catch (error) {
    const which = "keyFile" in secret ? `key file ${secret.keyFile}` : words[kindOf(secret)];
    throw wrongKey(keyPath, secret, `the ${which} is not the one it was locked with`, error);
  }
}

function kindOf(secret: StoreSecret): SecretKind {
  return "passphrase" in secret ? "passphrase" : "keyFile";
}

/** The first line of a key file; undefined when it does not match the checksum in the second. */
export function soundBody(content: Buffer): string | undefined {
  const text = content.toString("latin1");
  const body = text.slice(0, text.indexOf("\n"));
  return text === `${body}\n${sha256(body)}\n` ? body : undefined;
}

const words = { passphrase: "passphrase", keyFile: "key file" };

function wrongKey(keyPath: string, secret: StoreSecret, why: string, cause?: unknown): SiteRecoveryError {
  const next =
    "passphrase" in secret ? "Give the one that was set last." : "Put the right one back, from a copy.";
  const message = `Cannot open the replica store of ${keyPath}: ${why}. ${next}`;
  return new SiteRecoveryError("WrongKey", message, { target: keyPath, cause });
}

function wrappingKey(files: FileSystem, secret: StoreSecret, open: { salt: string; cost: number }): Buffer {
  const salt = Buffer.from(open.salt, "hex");
  if ("passphrase" in secret) {
    if (secret.passphrase === "") {
      throw new SiteRecoveryError("InvalidInput", "The passphrase of a replica store cannot be empty.", {
        property: "passphrase",
      });
    }
    const memoryMax = 256 * open.cost * 8;
    return scryptSync(secret.passphrase.normalize("NFKC"), salt, 32, {
      N: open.cost,
      r: 8,
      p: 1,
      maxmem: memoryMax,
    });
  }
  const material = "key" in secret ? secret.key : readWholeFile(files, secret.keyFile);
  if (material.length < keyFileBytesMin) {
    const keyFile = "key" in secret ? "" : secret.keyFile;
    const message =
      `The key file ${keyFile} holds ${material.length} bytes; it needs at least ` +
      `${keyFileBytesMin} random ones.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "keyFile", target: keyFile });
  }
  return Buffer.from(hkdfSync("sha256", material, salt, "siterecovery\0wrap", 32));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex");
}
