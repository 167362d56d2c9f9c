import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { ObjectFacts, ObjectReader, Tag } from "../ports/objects.ts";
import { bytesInFlight } from "./bytes-in-flight.ts";

export interface ByteRange {
  readonly position: number;
  readonly length: number;
}

/**
 * Asks for bytes of the state that was opened, with retries. Each attempt calls `fill` with the bytes as they come, or with
 * `undefined` if this state can be read no more.
 */
export type RequestRange = (
  range: ByteRange,
  signal: AbortSignal | undefined,
  fill: (chunks: AsyncIterable<Uint8Array> | undefined) => Promise<void>,
) => Promise<void>;

/** The state that was opened can be read no more: the object was replaced or removed. */
export class StateGone extends SiteRecoveryError {
  constructor(place: string) {
    const message = said`${place} was replaced or removed while it was being read. Run the command again.`;
    super("Damaged", message, { target: place });
  }
}

/** Reads ranges of one state of an object: each request names its tag. */
export class RangeReader implements ObjectReader {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  readonly tag: Tag;
  readonly #place: string;
  readonly #request: RequestRange;

  constructor(facts: ObjectFacts, place: string, request: RequestRange) {
    this.name = facts.name;
    this.sizeBytes = facts.sizeBytes;
    this.modifiedAt = facts.modifiedAt;
    this.tag = facts.tag;
    this.#place = place;
    this.#request = request;
  }

  async read(into: Uint8Array, position: number, signal?: AbortSignal): Promise<number> {
    const length = Math.max(0, Math.min(into.length, this.sizeBytes - position));
    await bytesInFlight.around(length, this.#place, signal, async () => {
      if (length === 0) return;
      await this.#request({ position, length }, signal, (chunks) => this.#fill(into, length, chunks));
    });
    return length;
  }

  async #fill(
    into: Uint8Array,
    length: number,
    chunks: AsyncIterable<Uint8Array> | undefined,
  ): Promise<void> {
    if (chunks === undefined) throw new StateGone(this.#place);
    let done = 0;
    for await (const chunk of chunks) {
      into.set(chunk.subarray(0, length - done), done);
      done += chunk.length;
    }
    // A line that breaks may look like the end: it is another error without a status, which is tried again.
    if (done !== length) throw new Error("The answer is shorter than its range.");
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
