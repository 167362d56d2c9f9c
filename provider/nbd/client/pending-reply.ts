/** What a server has said so far to one request. */
import { chunk } from "../protocol.ts";

/** A run of bytes of which a metadata context says the same; what the flags mean depends on the context. */
export interface Extent {
  readonly offset: number;
  readonly lengthBytes: number;
  readonly flags: number;
}

/** Words of a request that was refused, for an error. */
export interface Refusal {
  /** Linux's number of the error. */
  readonly error: number;
  readonly text: string;
}

export interface Asked {
  readonly offset: number;
  readonly lengthBytes: number;
  /** Where the bytes of a read go. */
  readonly into?: Buffer;
  /** The number of the context that a request for block status is about. */
  readonly contextId?: number;
}

export class PendingReply {
  readonly asked: Asked;
  readonly extents: Extent[] = [];
  refusal: Refusal | undefined;
  #filledBytes = 0;

  constructor(asked: Asked) {
    this.asked = asked;
  }

  /** Whether all that was asked for has come: a server must not leave out a byte of a read. */
  get isWhole(): boolean {
    return this.#filledBytes === (this.asked.into?.length ?? 0);
  }

  /** Takes the bytes that follow a simple reply. */
  fill(data: Buffer): void {
    data.copy(this.asked.into!);
    this.#filledBytes += data.length;
  }

  /** Takes a chunk of a structured reply. False if no server may send it in answer to the request. */
  take(type: number, data: Buffer): boolean {
    switch (type) {
      case chunk.none:
        return data.length === 0;
      case chunk.data:
        return this.#takeData(data);
      case chunk.hole:
        return data.length === 12 && this.#zero(data.readBigUInt64BE(0), data.readUInt32BE(8));
      case chunk.blockStatus:
        return this.#takeExtents(data);
      default:
        return type >= 0x8000 && this.#takeError(data);
    }
  }

  /** Where in the buffer a range goes, or `undefined` if it was not asked for. */
  #placeOf(offset: bigint, lengthBytes: number): number | undefined {
    const { into } = this.asked;
    const at = offset - BigInt(this.asked.offset);
    if (into === undefined || lengthBytes === 0 || at < 0n) return undefined;
    return at + BigInt(lengthBytes) > BigInt(into.length) ? undefined : Number(at);
  }

  #takeData(data: Buffer): boolean {
    if (data.length <= 8) return false;
    const at = this.#placeOf(data.readBigUInt64BE(0), data.length - 8);
    if (at === undefined) return false;
    data.copy(this.asked.into!, at, 8);
    this.#filledBytes += data.length - 8;
    return true;
  }

  #zero(offset: bigint, lengthBytes: number): boolean {
    const at = this.#placeOf(offset, lengthBytes);
    if (at === undefined) return false;
    this.asked.into!.fill(0, at, at + lengthBytes);
    this.#filledBytes += lengthBytes;
    return true;
  }

  #takeExtents(data: Buffer): boolean {
    const { contextId, offset, lengthBytes } = this.asked;
    if (contextId === undefined || data.length < 12 || data.length % 8 !== 4) return false;
    // Another context of the same connection: nobody has asked.
    if (data.readUInt32BE(0) !== contextId) return true;
    if (this.extents.length > 0) return false;
    let at = offset;
    const end = offset + lengthBytes;
    for (let position = 4; position < data.length && at < end; position += 8) {
      // The last one may reach beyond what was asked for.
      const length = Math.min(data.readUInt32BE(position), end - at);
      if (length === 0) return false;
      this.extents.push({ offset: at, lengthBytes: length, flags: data.readUInt32BE(position + 4) });
      at += length;
    }
    return true;
  }

  #takeError(data: Buffer): boolean {
    if (data.length < 6) return false;
    const textBytes = data.readUInt16BE(4);
    if (6 + textBytes > data.length) return false;
    this.refusal ??= { error: data.readUInt32BE(0), text: data.toString("utf8", 6, 6 + textBytes) };
    return true;
  }
}
