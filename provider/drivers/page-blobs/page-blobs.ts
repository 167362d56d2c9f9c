/** Page blobs of a container of Azure Storage: images of disks that Azure makes managed disks from. */
import type { BlobGetPropertiesResponse, ContainerClient, PageBlobClient } from "@azure/storage-blob";
import { type Clock, systemClock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { type Random, systemRandom } from "../../random.ts";
import { md5Of, tagOf } from "../objects-azure-blob/blob-conditions.ts";
import { classify, codeOf, statusOf } from "../objects-azure-blob/classify.ts";
import { openContainer } from "../objects-azure-blob/open-container.ts";
import type { AzureBlobSettings } from "../objects-azure-blob/settings.ts";
import { once } from "../once.ts";
import { type RemotePorts, timesOf } from "../remote-ports.ts";
import { withRetry } from "../remote-retry.ts";

/** The most that one write takes, in bytes; a multiple of a page. */
export const writeBytesMax = 4 * 1_048_576;
/** Everything in a page blob is a multiple of this. */
export const pageBytes = 512;
/** The most that one request clears. */
const clearBytesMax = 1_073_741_824;

export interface PageBlobFacts {
  readonly sizeBytes: number;
  /** Another one after each change of its bytes. */
  readonly tag: string;
  readonly isLeased: boolean;
}

export class PageBlobs {
  readonly place: string;
  readonly #ports: RemotePorts;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #container: () => Promise<ContainerClient>;

  constructor(settings: AzureBlobSettings, ports: RemotePorts = {}) {
    this.#ports = ports;
    this.#clock = ports.clock ?? systemClock;
    this.#random = ports.random ?? systemRandom;
    this.place = `azblob://${settings.account}/${settings.container}`;
    const environment = ports.environment ?? process.env;
    this.#container = once(() => openContainer(settings, this.place, environment));
  }

  placeOf(name: string): string {
    return `${this.place}/${name}`;
  }

  /** Its address, without a signature. */
  async urlOf(name: string): Promise<string> {
    return (await this.#container()).getPageBlobClient(name).url.split("?")[0]!;
  }

  /** `undefined` if there is none. Throws `AlreadyExists` for a blob of another kind. */
  async facts(name: string): Promise<PageBlobFacts | undefined> {
    const found = await this.#request(name, async (blob, abortSignal) => {
      try {
        return await blob.getProperties({ abortSignal });
      } catch (error) {
        if (statusOf(error) === 404 && codeOf(error) !== "ContainerNotFound") return undefined;
        throw error;
      }
    });
    if (found === undefined) return undefined;
    this.#requirePages(name, found);
    const { contentLength: sizeBytes = 0, etag, leaseState } = found;
    return { sizeBytes, tag: tagOf(etag), isLeased: leaseState === "leased" };
  }

  #requirePages(name: string, { blobType }: BlobGetPropertiesResponse): void {
    if (blobType === "PageBlob") return;
    const place = this.placeOf(name);
    const message = said`${place} is no page blob. Remove it, or hydrate into another container.`;
    throw new SiteRecoveryError("AlreadyExists", message, { target: place });
  }

  /** Makes one of zeros, unless it is there. */
  async create(name: string, sizeBytes: number): Promise<void> {
    await this.#request(name, async (blob, abortSignal) => {
      try {
        await blob.create(sizeBytes, { abortSignal, conditions: { ifNoneMatch: "*" } });
      } catch (error) {
        if (codeOf(error) !== "BlobAlreadyExists") throw error;
      }
    });
  }

  /** Keeps everybody else from writing it, until it is released. Throws `InUse` if another one has it. Can be repeated. */
  async lease(name: string, leaseId: string): Promise<void> {
    await this.#request(name, async (blob, abortSignal) => {
      try {
        await blob.getBlobLeaseClient(leaseId).acquireLease(-1, { abortSignal });
      } catch (error) {
        if (statusOf(error) !== 409) throw error;
        const place = this.placeOf(name);
        const message = said`${place} is leased by another program. Let that one end, or break the lease with: az storage blob lease break`;
        throw new SiteRecoveryError("InUse", message, { target: place });
      }
    });
  }

  async release(name: string, leaseId: string): Promise<void> {
    await this.#request(name, async (blob, abortSignal) => {
      try {
        await blob.getBlobLeaseClient(leaseId).releaseLease({ abortSignal });
      } catch (error) {
        // An attempt whose answer got lost has released it.
        if (statusOf(error) !== 409) throw error;
      }
    });
  }

  async resize(name: string, sizeBytes: number, leaseId: string): Promise<void> {
    await this.#request(name, (blob, abortSignal) =>
      blob.resize(sizeBytes, { abortSignal, conditions: { leaseId } }),
    );
  }

  /** Writes whole pages, `writeBytesMax` at most. Throws `InUse` if the lease is lost. */
  async write(name: string, bytes: Uint8Array, offset: number, leaseId: string): Promise<void> {
    const options = { conditions: { leaseId }, transactionalContentMD5: md5Of(bytes) };
    await this.#request(
      name,
      (blob, abortSignal) => blob.uploadPages(bytes, offset, bytes.length, { ...options, abortSignal }),
      bytes.length,
    );
  }

  /** Makes whole pages zeros. */
  async clear(name: string, offset: number, sizeBytes: number, leaseId: string): Promise<void> {
    for (let at = offset; at < offset + sizeBytes; at += clearBytesMax) {
      const length = Math.min(clearBytesMax, offset + sizeBytes - at);
      await this.#request(name, (blob, abortSignal) =>
        blob.clearPages(at, length, { abortSignal, conditions: { leaseId } }),
      );
    }
  }

  #request<T>(
    name: string,
    work: (blob: PageBlobClient, abortSignal: AbortSignal) => Promise<T>,
    bytes = 0,
  ): Promise<T> {
    const place = this.placeOf(name);
    const options = {
      place,
      clock: this.#clock,
      random: this.#random,
      ...timesOf(this.#ports, bytes),
      classify: (thrown: unknown) => {
        if (statusOf(thrown) === 412 && /^Lease/.test(codeOf(thrown))) {
          const message = said`${place} was taken away from this program: its lease was broken. Run it again with --all.`;
          return { error: new SiteRecoveryError("InUse", message, { target: place }), isTransient: false };
        }
        return classify(thrown, place, this.#clock.now());
      },
    };
    return withRetry(options, undefined, async (abortSignal) =>
      work((await this.#container()).getPageBlobClient(name), abortSignal),
    );
  }
}
