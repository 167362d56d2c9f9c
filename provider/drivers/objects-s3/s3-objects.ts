/**
 * Objects in a bucket of S3. Each put leaves its own number with the object, by which it knows its own object again when an
 * answer got lost.
 */
import pLimit from "p-limit";
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
import { isObjectName, requireObjectName } from "../object-name.ts";
import { once } from "../once.ts";
import { RangeReader } from "../range-reader.ts";
import type { RemotePorts } from "../remote-ports.ts";
import { throwIfStopped, unlessStopped } from "../throw-if-stopped.ts";
import { wholeObject } from "../whole-object.ts";
import { Bucket } from "./bucket.ts";
import { downloadObject, downloadRange } from "./download-object.ts";
import { ObjectLock } from "./object-lock.ts";
import { inPartsBytesMax } from "./put-in-parts.ts";
import { putObject } from "./put-object.ts";
import { requireRemovable } from "../require-removable.ts";
import { removeHidden, removeObjects } from "./remove-objects.ts";
import { requireConditions } from "./require-conditions.ts";
import { tagOf } from "./s3-conditions.ts";
import { serverTime } from "./server-time.ts";
import type { S3Settings } from "./settings.ts";
import { sweepUploads } from "./sweep-uploads.ts";

const pageSizeMax = 1000;
const parallel = 8;

export class S3Objects implements Objects {
  readonly place: string;
  readonly traits: ObjectsTraits;
  readonly address: ObjectsAddress;
  readonly #bucket: Bucket;
  readonly #lock: ObjectLock;
  readonly #pageSize: number;
  readonly #requireConditions: () => Promise<void>;

  constructor(settings: S3Settings, ports: RemotePorts = {}) {
    this.address = { driver: "s3", settings };
    this.traits = {
      objectBytesMax: inPartsBytesMax,
      parallel,
      retentionLock: settings.retentionLock !== undefined,
      mayRemove: settings.mayDelete !== false,
    };
    this.#bucket = new Bucket(settings, ports);
    this.place = this.#bucket.place;
    this.#lock = new ObjectLock(this.#bucket, settings.retentionLock);
    this.#pageSize = ports.pageSize ?? pageSizeMax;
    this.#requireConditions = once(() =>
      this.#bucket.request({}, (_s3, abortSignal, opened) =>
        requireConditions(opened, this.#bucket, abortSignal),
      ),
    );
  }

  placeOf(name: string): string {
    return this.#bucket.placeOf(name);
  }

  async put(name: string, body: Body, rule: PutRule, options: PutOptions = {}): Promise<Tag | "lost"> {
    const { signal, pace, lockedUntil, keepsFormer } = options;
    requireObjectName(name, this.place);
    const lock = await unlessStopped(this.#lock.headersOf(lockedUntil), signal, this.place);
    await pace?.(body instanceof Uint8Array ? body.length : body.sizeBytes);
    throwIfStopped(signal, this.place);
    await unlessStopped(this.#requireConditions(), signal, this.place);
    // The server would keep what is locked as a former version, and show the new one.
    if (this.traits.retentionLock && rule !== "ifAbsent" && keepsFormer !== true) {
      await this.#lock.requireUnlocked(name, signal);
    }
    const tag = await putObject(this.#bucket, lock, name, body, rule, options);
    if (tag !== "lost" && !(body instanceof Uint8Array)) body.files.remove(body.path);
    return tag;
  }

  async get(name: string, signal?: AbortSignal): Promise<{ bytes: Buffer; tag: Tag } | undefined> {
    const request = { place: this.placeOf(name), signal };
    return wholeObject({
      ...{ place: this.place, signal, open: () => this.open(name, signal) },
      small: () =>
        this.#bucket.request(request, (s3, abortSignal) =>
          downloadObject(s3, this.#bucket.object(name), abortSignal),
        ),
    });
  }

  async open(name: string, signal?: AbortSignal): Promise<ObjectReader | undefined> {
    const facts = await this.facts(name, signal);
    if (facts === undefined) return undefined;
    const place = this.placeOf(name);
    return new RangeReader(facts, place, (range, stop, fill) =>
      this.#bucket.request({ place, signal: stop, bytes: range.length }, async (s3, abortSignal) =>
        fill(await downloadRange(s3, this.#bucket.object(name), facts.tag, range, abortSignal)),
      ),
    );
  }

  async facts(name: string, signal?: AbortSignal): Promise<ObjectFacts | undefined> {
    const found = await this.#bucket.head(name, signal);
    if (found === undefined) return undefined;
    return factsOf(name, { ...found, Size: found.ContentLength });
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectFacts> {
    const { root } = this.#bucket;
    const all = { Bucket: this.#bucket.name, Prefix: `${root}${prefix}`, MaxKeys: this.#pageSize };
    let token: string | undefined;
    do {
      const from = token === undefined ? {} : { ContinuationToken: token };
      const page = await this.#bucket.request({ signal }, (s3, abortSignal) =>
        s3.listObjectsV2({ ...all, ...from }, { abortSignal }),
      );
      for (const found of page.Contents ?? []) {
        const name = (found.Key ?? "").slice(root.length);
        // What else is there was put by others.
        if (isObjectName(name)) yield factsOf(name, found);
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** In a bucket with Object Lock, all versions are removed of what is not locked. Elsewhere former versions stay. */
  async remove(names: readonly string[], signal?: AbortSignal): Promise<void> {
    for (const name of names) requireObjectName(name, this.place);
    if (names.length === 0) return;
    requireRemovable(this);
    const { name: bucketName } = this.#bucket;
    const isLocking = await unlessStopped(this.#lock.isOn(), signal, this.place);
    const there = isLocking ? await this.#removable(names, signal) : names;
    const objects = there.map((name) => ({ Key: this.#bucket.object(name).Key }));
    const markers = await this.#bucket.request({ signal }, (s3, abortSignal) =>
      removeObjects(s3, bucketName, objects, abortSignal),
    );
    if (!isLocking) return;
    await pLimit(parallel).map([...markers], (marker) =>
      this.#bucket.request({ signal }, (s3, abortSignal) =>
        removeHidden(s3, bucketName, marker, abortSignal),
      ),
    );
  }

  /** Those of the names that have objects. Throws `InUse` if one of them is locked. */
  async #removable(names: readonly string[], signal: AbortSignal | undefined): Promise<string[]> {
    const isThere = await pLimit(parallel).map(names, (name) => this.#lock.requireUnlocked(name, signal));
    return names.filter((_name, index) => isThere[index]);
  }

  async sweep(prefix: string): Promise<void> {
    await this.#bucket.request({}, (s3, abortSignal) => sweepUploads(s3, this.#bucket, prefix, abortSignal));
  }

  lockUntil(name: string, instant: number): Promise<void> {
    return this.#lock.lockUntil(name, instant);
  }

  lockedUntil(name: string): Promise<number | undefined> {
    return this.#lock.lockedUntil(name);
  }

  now(): Promise<number> {
    return this.#bucket.request({}, (_s3, abortSignal, opened) =>
      serverTime(opened, this.#bucket, abortSignal),
    );
  }

  close(): Promise<void> {
    return this.#bucket.close();
  }
}

/** Listings and answers name the parts of it differently. */
function factsOf(
  name: string,
  found: {
    readonly Size?: number | undefined;
    readonly LastModified?: Date | undefined;
    readonly ETag?: string | undefined;
  },
): ObjectFacts {
  // Answers have whole seconds; some listings have more.
  const seconds = Math.floor((found.LastModified?.getTime() ?? 0) / 1000);
  return { name, sizeBytes: found.Size ?? 0, modifiedAt: seconds * 1000, tag: tagOf(found.ETag) };
}
