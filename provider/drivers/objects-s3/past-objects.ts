/** The objects of a bucket as they were at an instant, by its versions. Nothing of it can be changed. */
import pLimit from "p-limit";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { CopiedObjects, ObjectFacts, ObjectReader, PastObjects, Tag } from "../../ports/objects.ts";
import { bytesInFlight } from "../bytes-in-flight.ts";
import { once } from "../once.ts";
import { RangeReader } from "../range-reader.ts";
import { readAll } from "../whole-object.ts";
import type { RemotePorts } from "../remote-ports.ts";
import { Bucket } from "./bucket.ts";
import { downloadRange } from "./download-object.ts";
import { inPartsBytesMax } from "./put-in-parts.ts";
import { type PastVersion, versionsAt } from "./past-versions.ts";
import { S3Objects } from "./s3-objects.ts";
import type { S3Settings } from "./settings.ts";

const parallel = 8;

export class PastS3Objects implements PastObjects {
  readonly place: string;
  readonly traits = { objectBytesMax: inPartsBytesMax, parallel, retentionLock: false, mayRemove: false };
  /** Another thread would list all versions once more. */
  readonly address = undefined;
  readonly #settings: S3Settings;
  readonly #ports: RemotePorts;
  readonly #bucket: Bucket;
  readonly #instant: number;
  readonly #versions: () => Promise<ReadonlyMap<string, PastVersion>>;

  constructor(settings: S3Settings, instant: number, ports: RemotePorts = {}) {
    this.#settings = settings;
    this.#ports = ports;
    this.#bucket = new Bucket(settings, ports);
    this.#instant = instant;
    this.place = `${this.#bucket.place} as of ${new Date(instant).toISOString()}`;
    this.#versions = once(() => versionsAt(this.#bucket, instant));
  }

  placeOf(name: string): string {
    return `${this.#bucket.placeOf(name)} as of ${new Date(this.#instant).toISOString()}`;
  }

  async get(name: string, signal?: AbortSignal): Promise<{ bytes: Buffer; tag: Tag } | undefined> {
    const reader = await this.open(name);
    return reader && readAll(reader, signal);
  }

  async open(name: string): Promise<ObjectReader | undefined> {
    const version = (await this.#versions()).get(name);
    if (version === undefined) return undefined;
    const place = this.placeOf(name);
    const object = { ...this.#bucket.object(name), VersionId: version.versionId };
    return new RangeReader(version, place, (range, stop, fill) =>
      this.#bucket.request({ place, signal: stop, bytes: range.length }, async (s3, abortSignal) =>
        fill(await downloadRange(s3, object, version.tag, range, abortSignal)),
      ),
    );
  }

  async facts(name: string): Promise<ObjectFacts | undefined> {
    return (await this.#versions()).get(name);
  }

  async *list(prefix: string): AsyncIterable<ObjectFacts> {
    for (const [name, version] of await this.#versions()) if (name.startsWith(prefix)) yield version;
  }

  async lockedUntil(): Promise<number | undefined> {
    return Promise.resolve(undefined);
  }

  now(): Promise<number> {
    return Promise.resolve(this.#instant);
  }

  /** Within the service: nothing of it passes this computer. What an earlier, killed call has copied stays. */
  async copyTo(
    prefix: string,
    last: string,
    onCopied?: (copied: CopiedObjects) => void,
  ): Promise<CopiedObjects> {
    const target = new S3Objects({ ...this.#settings, prefix }, this.#ports);
    try {
      const there = new Map<string, number>();
      for await (const { name, sizeBytes } of target.list("")) there.set(name, sizeBytes);
      const all = [...(await this.#versions()).values()];
      const missing = all.filter(({ name, sizeBytes }) => there.get(name) !== sizeBytes);
      const copied = { objects: 0, bytes: 0, objectsTotal: missing.length };
      const copy = async (version: PastVersion): Promise<void> => {
        await this.#copy(version, prefix);
        copied.objects += 1;
        copied.bytes += version.sizeBytes;
        onCopied?.(copied);
      };
      await pLimit(parallel).map(
        missing.filter(({ name }) => name !== last),
        copy,
      );
      for (const version of missing.filter(({ name }) => name === last)) await copy(version);
      return copied;
    } finally {
      await target.close();
    }
  }

  async #copy({ name, versionId, sizeBytes }: PastVersion, prefix: string): Promise<void> {
    const { Bucket, Key } = this.#bucket.object(name);
    const source = `${Bucket}/${Key.split("/").map(encodeURIComponent).join("/")}?versionId=${encodeURIComponent(versionId)}`;
    await bytesInFlight.around(0, this.place, undefined, () =>
      this.#bucket.request({ place: this.placeOf(name), bytes: sizeBytes }, (s3, abortSignal) =>
        s3.copyObject({ Bucket, Key: `${prefix}/${name}`, CopySource: source }, { abortSignal }),
      ),
    );
  }

  put(): Promise<never> {
    return Promise.reject(this.#readOnly());
  }

  remove(): Promise<never> {
    return Promise.reject(this.#readOnly());
  }

  sweep(): Promise<never> {
    return Promise.reject(this.#readOnly());
  }

  lockUntil(): Promise<never> {
    return Promise.reject(this.#readOnly());
  }

  #readOnly(): SiteRecoveryError {
    const message = said`${this.place} is a former state, which nothing changes. Adopt it, or export from it.`;
    return new SiteRecoveryError("InvalidInput", message, { target: this.place });
  }

  close(): Promise<void> {
    return this.#bucket.close();
  }
}
