/**
 * The key file of a store, `store.key`: the data key that everything is encrypted with, itself encrypted
 * ("wrapped") with a key that is derived from a passphrase (scrypt) or read from a key file. Changing the
 * passphrase rewrites this small file only. A checksum tells damage apart from a wrong key.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, scryptSync } from "node:crypto";
import { type FileSystem, writeAtomically } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { damagedObject } from "./damaged-object.ts";
import type { KeyRingSpec } from "./key-ring.ts";
import { readWholeFile } from "./read-whole-file.ts";

/** What opens a store: a passphrase, or the path of a file with at least 32 bytes of key material. */
export type StoreSecret = { readonly passphrase: string } | { readonly keyFile: string };

interface WrappedKey {
  readonly format: "siterecovery-store";
  readonly version: 1;
  readonly storeId: string;
  readonly secret: "passphrase" | "keyFile";
  /** scrypt's N; r is 8, p is 1. 2^15 costs 32 MiB and some 60 ms a try. */
  readonly cost: number;
  readonly salt: string;
  readonly nonce: string;
  readonly wrapped: string;
}

const scryptCost = 32_768;
const keyFileBytesMin = 32;

/** Makes a new data key and writes it, wrapped. */
export function createStoreKey(files: FileSystem, keyPath: string, secret: StoreSecret): KeyRingSpec {
  const spec = {
    storeId: Buffer.from(systemRandom.bytes(16)),
    dataKey: Buffer.from(systemRandom.bytes(32)),
  };
  wrapStoreKey(files, keyPath, spec, secret);
  return spec;
}

/** Wraps the data key with another secret; the old secret opens the store no more. Crash-safe. */
export function wrapStoreKey(
  files: FileSystem,
  keyPath: string,
  spec: KeyRingSpec,
  secret: StoreSecret,
): void {
  const open = {
    format: "siterecovery-store",
    version: 1,
    storeId: hex(spec.storeId),
    secret: "passphrase" in secret ? "passphrase" : "keyFile",
    cost: scryptCost,
    salt: hex(systemRandom.bytes(16)),
    nonce: hex(systemRandom.bytes(12)),
  } as const;
  const cipher = createCipheriv(
    "aes-256-gcm",
    wrappingKey(files, secret, open),
    Buffer.from(open.nonce, "hex"),
  );
  cipher.setAAD(Buffer.from(JSON.stringify(open)));
  const sealed = Buffer.concat([cipher.update(spec.dataKey), cipher.final(), cipher.getAuthTag()]);
  const body = JSON.stringify({ ...open, wrapped: hex(sealed) } satisfies WrappedKey);
  writeAtomically(files, keyPath, Buffer.from(`${body}\n${sha256(body)}\n`));
}

/** Reads and unwraps the data key. Throws `WrongKey`, or `Damaged` when the file is not what was written. */
export function readStoreKey(files: FileSystem, keyPath: string, secret: StoreSecret): KeyRingSpec {
  const body = soundBody(readWholeFile(files, keyPath));
  if (body === undefined) {
    throw damagedObject(keyPath, "its checksum does not match; put a copy of this file back");
  }
  const { wrapped, ...open } = JSON.parse(body) as WrappedKey;
  const given = "passphrase" in secret ? "passphrase" : "keyFile";
  if (open.secret !== given) {
    throw wrongKey(keyPath, secret, `it is locked with a ${words[open.secret]}, not with a ${words[given]}`);
  }
  const sealed = Buffer.from(wrapped, "hex");
  const decipher = createDecipheriv(
    "aes-256-gcm",
    wrappingKey(files, secret, open),
    Buffer.from(open.nonce, "hex"),
    { authTagLength: 16 },
  );
  decipher.setAAD(Buffer.from(JSON.stringify(open)));
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  try {
    const dataKey = Buffer.concat([
      decipher.update(sealed.subarray(0, sealed.length - 16)),
      decipher.final(),
    ]);
    return { storeId: Buffer.from(open.storeId, "hex"), dataKey };
  } catch (error) {
    const which = "keyFile" in secret ? `key file ${secret.keyFile}` : "passphrase";
    throw wrongKey(keyPath, secret, `the ${which} is not the one it was locked with`, error);
  }
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
    "keyFile" in secret ? "Put the right one back, from a copy." : "Give the one that was set last.";
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
  const material = readWholeFile(files, secret.keyFile);
  if (material.length < keyFileBytesMin) {
    const message =
      `The key file ${secret.keyFile} holds ${material.length} bytes; it needs at least ` +
      `${keyFileBytesMin} random ones.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "keyFile", target: secret.keyFile });
  }
  return Buffer.from(hkdfSync("sha256", material, salt, "siterecovery\0wrap", 32));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex");
}
