/**
 * All keys of one store, derived from its data key with HKDF-SHA256. Nothing is encrypted with the data key
 * itself: every layer file and every sealed object has a key of its own, made from its random id and from
 * what it belongs to (its scope), so an object that is moved to another machine or disk does not open.
 */
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

/** What a worker thread needs to make the same key ring. Structured-cloneable; never written anywhere. */
export interface KeyRingSpec {
  readonly storeId: Uint8Array;
  readonly dataKey: Uint8Array;
  /** The format of the store's replicas, as its key object said; see store-key.ts. */
  readonly format: 1 | 2;
}

export class KeyRing {
  readonly spec: KeyRingSpec;
  /** The format of the store's replicas now. */
  format: 1 | 2;
  readonly #nameKey: Buffer;

  constructor(spec: KeyRingSpec) {
    this.spec = spec;
    this.format = spec.format;
    this.#nameKey = this.#derive(spec.storeId, "names");
  }

  get storeId(): Uint8Array {
    return this.spec.storeId;
  }

  /** A folder name that says nothing about its id. */
  nameOf(id: string): string {
    return createHmac("sha256", this.#nameKey).update(id).digest("hex").slice(0, 32);
  }

  layerKey(fileId: Uint8Array, scope: string): KeyObject {
    return createSecretKey(this.#derive(fileId, `layer\0${scope}`));
  }

  sealKey(objectId: Uint8Array, scope: string): KeyObject {
    return createSecretKey(this.#derive(objectId, `sealed\0${scope}`));
  }

  #derive(salt: Uint8Array, purpose: string): Buffer {
    const purposeBytes = Buffer.from(`siterecovery\0${purpose}`);
    return Buffer.from(hkdfSync("sha256", this.spec.dataKey, salt, purposeBytes, 32));
  }
}

/** The scope of a disk's layer files. */
export function diskScope(machineId: string, diskId: string): string {
  return JSON.stringify([machineId, diskId]);
}
