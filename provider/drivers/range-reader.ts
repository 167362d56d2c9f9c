import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { ObjectFacts, ObjectReader, Tag } from "../ports/objects.ts";
import { bytesInFlight } from "./bytes-in-flight.ts";

/** How a driver asks for bytes of one state of an object. */
export interface RangeSource {
  /** A request with its retries. */
  request(signal: AbortSignal | undefined, work: (abortSignal: AbortSignal) => Promise<void>): Promise<void>;
  /** The bytes as they come; `undefined` if this state of the object can be read no more. */
  download(
    tag: Tag,
    position: number,
    length: number,
    abortSignal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** Reads ranges of one state of an object: each request names its tag. */
export class RangeReader implements ObjectReader {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  readonly tag: Tag;
  readonly #place: string;
  readonly #source: RangeSource;

  constructor(facts: ObjectFacts, place: string, source: RangeSource) {
    this.name = facts.name;
    this.sizeBytes = facts.sizeBytes;
    this.modifiedAt = facts.modifiedAt;
    this.tag = facts.tag;
    this.#place = place;
    this.#source = source;
  }

  async read(into: Uint8Array, position: number, signal?: AbortSignal): Promise<number> {
    const length = Math.max(0, Math.min(into.length, this.sizeBytes - position));
    await bytesInFlight.around(length, this.#place, signal, async () => {
      if (length === 0) return;
      await this.#source.request(signal, (abortSignal) => this.#fill(into, position, length, abortSignal));
    });
    return length;
  }

  async #fill(into: Uint8Array, position: number, length: number, abortSignal: AbortSignal): Promise<void> {
    const chunks = await this.#source.download(this.tag, position, length, abortSignal);
    if (chunks === undefined) throw this.#gone();
    let done = 0;
    for await (const chunk of chunks) {
      into.set(chunk.subarray(0, length - done), done);
      done += chunk.length;
    }
    // A line that breaks may look like the end: it is another error without a status, which is tried again.
    if (done !== length) throw new Error("The answer is shorter than its range.");
  }

  #gone(): SiteRecoveryError {
    const message = said`${this.#place} was replaced or removed while it was being read. Run the command again.`;
    return new SiteRecoveryError("Damaged", message, { target: this.#place });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
