/**
 * A small encrypted object: a recovery point, a roster, a machine's name, a list of released segments or an entry of the
 * catalog. Layout, little-endian:
 * magic 8, version u16, kind u16, zero u32, store id 16, object id 16, nonce 12, length u32, then the
 * ciphertext and a tag of 16 bytes. The first 64 bytes are authenticated with the content.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { systemRandom } from "../random.ts";
import { damagedObject } from "./damaged-object.ts";
import type { KeyRing } from "./key-ring.ts";

export const sealedKinds = { machine: 1, point: 2, roster: 3, released: 4, catalog: 5 } as const;
export type SealedKind = keyof typeof sealedKinds;

const magic = Buffer.from("SRSEALED", "latin1");
const version = 1;
const headerBytes = 64;
const tagBytes = 16;

interface SealedName {
  readonly kind: SealedKind;
  readonly objectId: Uint8Array;
  /** What it belongs to; a part of its key. */
  readonly scope: string;
}

export function sealObject(ring: KeyRing, name: SealedName, content: unknown): Buffer {
  const plain = Buffer.from(JSON.stringify(content));
  const header = Buffer.alloc(headerBytes);
  const nonce = systemRandom.bytes(12);
  magic.copy(header, 0);
  header.writeUInt16LE(version, 8);
  header.writeUInt16LE(sealedKinds[name.kind], 10);
  header.set(ring.storeId, 16);
  header.set(name.objectId, 32);
  header.set(nonce, 48);
  header.writeUInt32LE(plain.length, 60);
  const cipher = createCipheriv("aes-256-gcm", ring.sealKey(name.objectId, name.kind + name.scope), nonce);
  cipher.setAAD(header);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([header, sealed, cipher.getAuthTag()]);
}

/** Opens what `sealObject` made; throws `Damaged`, naming `objectPath`, when one bit of it has changed. */
export function openSealedObject(
  ring: KeyRing,
  name: Omit<SealedName, "objectId">,
  bytes: Buffer,
  objectPath: string,
): { objectId: Buffer; content: unknown } {
  if (bytes.length < headerBytes + tagBytes) throw damagedObject(objectPath, "it is cut short");
  const header = bytes.subarray(0, headerBytes);
  if (!header.subarray(0, 8).equals(magic)) throw damagedObject(objectPath, "its first bytes are wrong");
  if (header.readUInt16LE(8) !== version) throw damagedObject(objectPath, "its version is unknown");
  if (header.readUInt16LE(10) !== sealedKinds[name.kind]) {
    throw damagedObject(objectPath, `it is not a ${name.kind}`);
  }
  if (!header.subarray(16, 32).equals(ring.storeId))
    throw damagedObject(objectPath, "it is of another store");
  if (bytes.length !== headerBytes + header.readUInt32LE(60) + tagBytes) {
    throw damagedObject(objectPath, "its length is wrong");
  }
  const objectId = Buffer.from(header.subarray(32, 48));
  const key = ring.sealKey(objectId, name.kind + name.scope);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, header.subarray(48, 60), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(header);
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
    const plain = Buffer.concat([
      decipher.update(bytes.subarray(headerBytes, bytes.length - tagBytes)),
      decipher.final(),
    ]);
    return { objectId, content: JSON.parse(plain.toString("utf8")) as unknown };
  } catch (error) {
    throw damagedObject(objectPath, "its content does not match its authentication tag", error);
  }
}
