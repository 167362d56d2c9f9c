/**
 * Objects in a container of Azure Storage: a block blob each. Each put leaves its own number with the blob, by which it
 * knows its own blob again when an answer got lost.
 */
import type { ContainerClient } from "@azure/storage-blob";
import pLimit from "p-limit";
import { type Clock, systemClock } from "../../clock.ts";
import type {
  Body,
  ObjectFacts,
  ObjectReader,
  Objects,
  ObjectsAddress,
  ObjectsTraits,
  PutOptions,
  PutRule,
  Tag,
} from "../../ports/objects.ts";
import { type Random, randomHex, systemRandom } from "../../random.ts";
import { bytesInFlight } from "../bytes-in-flight.ts";
import { requireObjectName } from "../object-name.ts";
import { RangeReader } from "../range-reader.ts";
import { readPiece } from "../read-piece.ts";
import { requireRemovable } from "../require-removable.ts";
import { type RemotePorts, timesOf } from "../remote-ports.ts";
import { OwnFailure, withRetry } from "../remote-retry.ts";
import { throwIfStopped } from "../throw-if-stopped.ts";
import { wholeObject } from "../whole-object.ts";
import { conditionsOf, isAbsent, isLost, md5Of, tagOf } from "./blob-conditions.ts";
import { classify } from "./classify.ts";
import { downloadBlob, downloadRange } from "./download-blob.ts";
import { Immutability } from "./immutability.ts";
import { listBlobs } from "./list-blobs.ts";
import { openContainer } from "./open-container.ts";
import { serverTime } from "./server-time.ts";
import type { AzureBlobSettings } from "./settings.ts";

/** Up to here a body goes in one request, which is faster than blocks; it is in memory as a whole. */
const oneRequestBytes = 32 * 1_048_576;
const blockBytes = 8 * 1_048_576;
const blocksMax = 50_000;
const parallel = 8;

export class AzureBlobObjects implements Objects {
  readonly place: string;
  readonly traits: ObjectsTraits;
  readonly address: ObjectsAddress;
  readonly #settings: AzureBlobSettings;
  readonly #ports: RemotePorts;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #lock: Immutability;
  #opened: Promise<ContainerClient> | undefined;

  constructor(settings: AzureBlobSettings, ports: RemotePorts = {}) {
    this.#settings = settings;
    this.#ports = ports;
    this.#clock = ports.clock ?? systemClock;
    this.#random = ports.random ?? systemRandom;
    this.place = `azblob://${settings.account}/${settings.container}`;
    this.address = { driver: "azure-blob", settings };
    const { retentionLock, mayDelete } = settings;
    const objectBytesMax = blockBytes * blocksMax;
    const mayRemove = mayDelete !== false;
    this.traits = { objectBytesMax, parallel, retentionLock: retentionLock !== undefined, mayRemove };
    this.#lock = new Immutability(retentionLock, {
      place: this.place,
      placeOf: (name) => this.placeOf(name),
      properties: (name, signal) => this.#properties(name, signal),
      request: (name, work) => this.#request(name, undefined, work),
      now: () => this.#clock.now(),
    });
  }

  placeOf(name: string): string {
    return `${this.place}/${name}`;
  }

  async put(name: string, body: Body, rule: PutRule, options: PutOptions = {}): Promise<Tag | "lost"> {
    const { signal, pace, keepsFormer } = options;
    requireObjectName(name, this.place);
    throwIfStopped(signal, this.place);
    const sizeBytes = body instanceof Uint8Array ? body.length : body.sizeBytes;
    await pace?.(sizeBytes);
    throwIfStopped(signal, this.place);
    // The server would keep what is locked as a former version, and show the new one.
    if (this.traits.retentionLock && rule !== "ifAbsent" && keepsFormer !== true) {
      await this.#lock.requireUnlocked(name, signal);
    }
    const tag =
      sizeBytes <= oneRequestBytes
        ? await this.#putAtOnce(name, body, rule, options)
        : await this.#putInBlocks(name, body, rule, options);
    if (tag !== "lost" && !(body instanceof Uint8Array)) body.files.remove(body.path);
    return tag;
  }

  #putAtOnce(name: string, body: Body, rule: PutRule, options: PutOptions): Promise<Tag | "lost"> {
    const { signal } = options;
    const locked = this.#lock.optionsOf(options.lockedUntil);
    const sizeBytes = body instanceof Uint8Array ? body.length : body.sizeBytes;
    return bytesInFlight.around(sizeBytes, this.place, signal, async () => {
      const bytes = readPiece(body, 0, sizeBytes);
      const upload: Publication = (container, metadata, abortSignal) => {
        const blob = container.getBlockBlobClient(name);
        const conditions = conditionsOf(rule);
        const blobHTTPHeaders = { blobContentMD5: md5Of(bytes) };
        const how = { abortSignal, conditions, metadata, blobHTTPHeaders, ...locked };
        return blob.upload(bytes, bytes.length, how);
      };
      return this.#publish(name, rule, options, upload, sizeBytes);
    });
  }

  async #putInBlocks(name: string, body: Body, rule: PutRule, options: PutOptions): Promise<Tag | "lost"> {
    const { signal, lockedUntil } = options;
    const locked = this.#lock.optionsOf(lockedUntil);
    const sizeBytes = body instanceof Uint8Array ? body.length : body.sizeBytes;
    // Numbers of blocks are of this put alone: another one of the same name cannot take them for its own.
    const series = randomHex(this.#random, 8);
    const starts = Array.from(
      { length: Math.ceil(sizeBytes / blockBytes) },
      (_, index) => index * blockBytes,
    );
    const idOf = (start: number): string =>
      Buffer.from(`${series}${String(start).padStart(16, "0")}`).toString("base64");
    await pLimit(parallel / 2).map(starts, (start) => {
      const length = Math.min(blockBytes, sizeBytes - start);
      return bytesInFlight.around(length, this.place, signal, async () => {
        const bytes = readPiece(body, start, length);
        const stage = (container: ContainerClient, abortSignal: AbortSignal): Promise<unknown> =>
          container.getBlockBlobClient(name).stageBlock(idOf(start), bytes, length, {
            abortSignal,
            transactionalContentMD5: md5Of(bytes),
          });
        await this.#request(name, signal, stage, length);
      });
    });
    return this.#publish(name, rule, options, (container, metadata, abortSignal) => {
      const blob = container.getBlockBlobClient(name);
      const how = { abortSignal, conditions: conditionsOf(rule), metadata, ...locked };
      return blob.commitBlockList(starts.map(idOf), how);
    });
  }

  /**
   * Gives an object its name. A refusal by the condition may come from an attempt whose answer got lost, or from a request
   * that the line brought twice: then the blob has the number of this put.
   */
  async #publish(
    name: string,
    rule: PutRule,
    { signal, claim }: PutOptions,
    work: Publication,
    bytes = 0,
  ): Promise<Tag | "lost"> {
    const number = randomHex(this.#random, 16);
    const attempt = async (container: ContainerClient, abortSignal: AbortSignal) => {
      await claim?.check().catch((error: unknown) => {
        throw new OwnFailure(error);
      });
      try {
        return (await work(container, { put: number }, abortSignal)).etag;
      } catch (error) {
        if (!isLost(error, rule)) throw error;
        return undefined;
      }
    };
    const etag = await this.#request(name, signal, attempt, bytes);
    if (etag !== undefined) return tagOf(etag);
    const found = await this.#properties(name, signal);
    return found?.metadata?.["put"] === number ? tagOf(found.etag) : "lost";
  }

  async get(name: string, signal?: AbortSignal): Promise<{ bytes: Buffer; tag: Tag } | undefined> {
    return wholeObject({
      ...{ place: this.place, signal, open: () => this.open(name, signal) },
      small: () =>
        this.#request(name, signal, (container, abortSignal) =>
          downloadBlob(container.getBlobClient(name), abortSignal),
        ),
    });
  }

  async open(name: string, signal?: AbortSignal): Promise<ObjectReader | undefined> {
    const facts = await this.facts(name, signal);
    if (facts === undefined) return undefined;
    return new RangeReader(facts, this.placeOf(name), (range, stop, fill) =>
      this.#request(
        name,
        stop,
        async (container, abortSignal) =>
          fill(await downloadRange(container.getBlobClient(name), facts.tag, range, abortSignal)),
        range.length,
      ),
    );
  }

  async facts(name: string, signal?: AbortSignal): Promise<ObjectFacts | undefined> {
    const found = await this.#properties(name, signal);
    if (found === undefined) return undefined;
    const { contentLength = 0, lastModified, etag } = found;
    return { name, sizeBytes: contentLength, modifiedAt: lastModified?.getTime() ?? 0, tag: tagOf(etag) };
  }

  #properties(name: string, signal: AbortSignal | undefined) {
    return this.#request(name, signal, async (container, abortSignal) => {
      try {
        return await container.getBlobClient(name).getProperties({ abortSignal });
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    });
  }

  list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectFacts> {
    return listBlobs(prefix, this.#ports.pageSize, (work) => this.#request("", signal, work));
  }

  async remove(names: readonly string[], signal?: AbortSignal): Promise<void> {
    for (const name of names) requireObjectName(name, this.place);
    if (names.length === 0) return;
    requireRemovable(this);
    // The server would hide what is locked as a former version.
    if (this.traits.retentionLock) {
      await pLimit(parallel).map(names, (name) => this.#lock.requireUnlocked(name, signal));
    }
    await pLimit(parallel).map(names, (name) =>
      this.#request(name, signal, async (container, abortSignal) => {
        try {
          await container.getBlobClient(name).delete({ abortSignal });
        } catch (error) {
          if (!isAbsent(error)) throw error;
        }
      }),
    );
  }

  /** Azure drops blocks of puts that were cut short after a week; they are not seen meanwhile. */
  sweep(): Promise<void> {
    return Promise.resolve();
  }

  lockUntil(name: string, instant: number): Promise<void> {
    return this.#lock.lockUntil(name, instant);
  }

  lockedUntil(name: string): Promise<number | undefined> {
    return this.#lock.lockedUntil(name);
  }

  now(): Promise<number> {
    return this.#request("", undefined, (container, abortSignal) =>
      serverTime(container, this.place, abortSignal),
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A request with its retries. `name` is the object in question; empty for the container. `bytes`: what it carries. */
  async #request<T>(
    name: string,
    signal: AbortSignal | undefined,
    work: (container: ContainerClient, abortSignal: AbortSignal) => Promise<T>,
    bytes = 0,
  ): Promise<T> {
    throwIfStopped(signal, this.place);
    const container = await this.#container();
    const place = name === "" ? this.place : this.placeOf(name);
    const options = {
      place,
      clock: this.#clock,
      random: this.#random,
      ...timesOf(this.#ports, bytes),
      classify: (thrown: unknown) => classify(thrown, place, this.#clock.now()),
    };
    return withRetry(options, signal, (abortSignal) => work(container, abortSignal));
  }

  async #container(): Promise<ContainerClient> {
    const environment = this.#ports.environment ?? process.env;
    this.#opened ??= openContainer(this.#settings, this.place, environment);
    try {
      return await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}

/** Sends what gives an object its name, with metadata. */
type Publication = (
  container: ContainerClient,
  metadata: Record<string, string>,
  abortSignal: AbortSignal,
) => Promise<{ etag?: string }>;
