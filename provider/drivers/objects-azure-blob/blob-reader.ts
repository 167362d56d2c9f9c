import type { BlobClient } from "@azure/storage-blob";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ObjectFacts, ObjectReader, Tag } from "../../ports/objects.ts";
import { bytesInFlight } from "../bytes-in-flight.ts";
import { codeOf, statusOf } from "./classify.ts";

type Request = <T>(
  signal: AbortSignal | undefined,
  work: (blob: BlobClient, abortSignal: AbortSignal) => Promise<T>,
) => Promise<T>;

/** Reads ranges of one state of a blob: each request names its tag. */
export class BlobReader implements ObjectReader {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  readonly tag: Tag;
  readonly #place: string;
  readonly #request: Request;

  constructor(facts: ObjectFacts, place: string, request: Request) {
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
      await this.#request(signal, (blob, abortSignal) =>
        this.#fill(blob, into, position, length, abortSignal),
      );
    });
    return length;
  }

  async #fill(
    blob: BlobClient,
    into: Uint8Array,
    position: number,
    length: number,
    abortSignal: AbortSignal,
  ): Promise<void> {
    const conditions = { ifMatch: `"${this.tag}"` };
    let done = 0;
    try {
      const { readableStreamBody } = await blob.download(position, length, {
        abortSignal,
        conditions,
        maxRetryRequests: 0,
      });
      for await (const chunk of readableStreamBody as AsyncIterable<Buffer>) {
        into.set(chunk.subarray(0, length - done), done);
        done += chunk.length;
      }
    } catch (error) {
      if (statusOf(error) === 412 || (statusOf(error) === 404 && codeOf(error) === "BlobNotFound"))
        throw this.#gone();
      throw error;
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
