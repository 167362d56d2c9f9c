import type { HeadObjectCommandOutput, S3 } from "@aws-sdk/client-s3";
import { type Clock, systemClock } from "../../clock.ts";
import { type Random, systemRandom } from "../../random.ts";
import { type RemotePorts, timesOf } from "../remote-ports.ts";
import { withRetry } from "../remote-retry.ts";
import { throwIfStopped } from "../throw-if-stopped.ts";
import { classify, isRefusal, statusOf, throwOfBucket } from "./classify.ts";
import { openBucket, type OpenedBucket } from "./open-bucket.ts";
import type { S3Settings } from "./settings.ts";

export interface RequestOptions {
  /** What messages call the object in question; without it they call the bucket. */
  readonly place?: string;
  readonly signal?: AbortSignal | undefined;
  /** How many bytes go or come, which takes its time. */
  readonly bytes?: number;
  /** All attempts take no longer, in milliseconds, if it is less than usual. */
  readonly deadlineMilliseconds?: number;
}

/** Requests to one bucket, with their retries. */
export class Bucket {
  readonly name: string;
  /** What the keys of all objects begin with: empty, or with a `/` at its end. */
  readonly root: string;
  readonly place: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly #settings: S3Settings;
  readonly #ports: RemotePorts;
  #opened: Promise<OpenedBucket> | undefined;

  constructor(settings: S3Settings, ports: RemotePorts) {
    this.name = settings.bucket;
    this.root = settings.prefix === undefined ? "" : `${settings.prefix}/`;
    this.place = `s3://${settings.bucket}${settings.prefix === undefined ? "" : `/${settings.prefix}`}`;
    this.clock = ports.clock ?? systemClock;
    this.random = ports.random ?? systemRandom;
    this.#settings = settings;
    this.#ports = ports;
  }

  placeOf(name: string): string {
    return `${this.place}/${name}`;
  }

  /** What requests call an object. */
  object(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.name, Key: `${this.root}${name}` };
  }

  /** What the server has of an object beside its bytes; `undefined` if there is none. */
  head(name: string, signal?: AbortSignal): Promise<HeadObjectCommandOutput | undefined> {
    return this.request({ place: this.placeOf(name), signal }, async (s3, abortSignal) => {
      try {
        return await s3.headObject(this.object(name), { abortSignal });
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
      // The answer has no body that says what is absent: the object or the whole bucket.
      await s3.headBucket({ Bucket: this.name }, { abortSignal }).catch(throwOfBucket);
      return undefined;
    });
  }

  /** Throws what the port promises. Credentials that are refused are read again once, since they expire. */
  async request<T>(
    { place = this.place, signal, bytes = 0, deadlineMilliseconds = Infinity }: RequestOptions,
    work: (s3: S3, abortSignal: AbortSignal, opened: OpenedBucket) => Promise<T>,
  ): Promise<T> {
    throwIfStopped(signal, this.place);
    const times = timesOf(this.#ports, bytes);
    const options = {
      place,
      clock: this.clock,
      random: this.random,
      deadlineMilliseconds: Math.min(deadlineMilliseconds, times.deadlineMilliseconds),
      attemptMilliseconds: times.attemptMilliseconds,
      classify: (thrown: unknown) => classify(thrown, place, this.clock.now()),
    };
    let isFresh = false;
    return withRetry(options, signal, async (abortSignal) => {
      const opened = this.#open();
      const { s3 } = await opened;
      try {
        return await work(s3, abortSignal, await opened);
      } catch (error) {
        if (isFresh || !isRefusal(error)) throw error;
        isFresh = true;
        const again = await this.#openAgain(opened);
        return await work(again.s3, abortSignal, again);
      }
    });
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.then(
      ({ s3 }) => s3.destroy(),
      () => undefined,
    );
  }

  #open(former?: OpenedBucket): Promise<OpenedBucket> {
    if (this.#opened !== undefined) return this.#opened;
    const environment = this.#ports.environment ?? process.env;
    const opening = openBucket(this.#settings, this.place, environment, former);
    this.#opened = opening;
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined;
    });
    return opening;
  }

  /** Unless another request has done so meanwhile. */
  async #openAgain(refused: Promise<OpenedBucket>): Promise<OpenedBucket> {
    if (this.#opened === refused) this.#opened = undefined;
    return this.#open(await refused);
  }
}
