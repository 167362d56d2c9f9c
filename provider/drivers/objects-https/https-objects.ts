/**
 * Objects of a store that `siterecovery target serve` offers at another site. Each put has a number of its own, by which
 * the server knows it again when its answer got lost.
 */
import type { IncomingMessage } from "node:http";
import { type Clock, systemClock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
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
import { type RemotePorts, timesOf } from "../remote-ports.ts";
import { OwnFailure, withRetry } from "../remote-retry.ts";
import { requireRemovable } from "../require-removable.ts";
import { throwIfStopped } from "../throw-if-stopped.ts";
import { smallObject, wholeBody, wholeObject, type WholeObject } from "../whole-object.ts";
import { classify, isAbsent, isLost } from "./classify.ts";
import { bodyOf, checksumOf, inMemory, pieceBytes } from "./line-body.ts";
import { leave, Line, type LineBody } from "./line.ts";
import {
  type About,
  digestHeader,
  type ListPage,
  modifiedHeader,
  objectBytesMax,
  pageSizeMax,
  putNumberHeader,
  removedAtOnce,
} from "./protocol.ts";
import type { HttpsSettings } from "./settings.ts";

/** What a body that goes piece by piece takes of the memory: a piece, and what waits in the connection. */
const streamedBytes = 4 * pieceBytes;

export class HttpsObjects implements Objects {
  readonly place: string;
  readonly traits: ObjectsTraits;
  readonly address: ObjectsAddress;
  readonly #ports: RemotePorts;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #line: Line;

  constructor(settings: HttpsSettings, ports: RemotePorts = {}) {
    this.#ports = ports;
    this.#clock = ports.clock ?? systemClock;
    this.#random = ports.random ?? systemRandom;
    this.place = `https://${settings.host}/${settings.store}`;
    this.address = { driver: "https", settings };
    const mayRemove = settings.mayDelete !== false;
    this.traits = { objectBytesMax, parallel: 8, retentionLock: false, mayRemove };
    this.#line = new Line(settings, this.place, ports.environment ?? process.env);
  }

  placeOf(name: string): string {
    return `${this.place}/${name}`;
  }

  async put(name: string, body: Body, rule: PutRule, options: PutOptions = {}): Promise<Tag | "lost"> {
    const { signal, pace, lockedUntil } = options;
    if (lockedUntil !== undefined) throw this.#noRetention();
    requireObjectName(name, this.place);
    throwIfStopped(signal, this.place);
    const sizeBytes = body instanceof Uint8Array ? body.length : body.sizeBytes;
    await pace?.(sizeBytes);
    throwIfStopped(signal, this.place);
    const held = Math.min(sizeBytes, streamedBytes);
    const tag = await bytesInFlight.around(held, this.place, signal, () =>
      this.#publish(name, bodyOf(body, sizeBytes), rule, options),
    );
    if (tag !== "lost" && !(body instanceof Uint8Array)) body.files.remove(body.path);
    return tag;
  }

  async #publish(
    name: string,
    body: LineBody,
    rule: PutRule,
    { signal, claim }: PutOptions,
  ): Promise<Tag | "lost"> {
    const headers = {
      ...conditionsOf(rule),
      "content-digest": digestHeader(checksumOf(body)),
      [putNumberHeader]: randomHex(this.#random, 16),
    };
    const attempt = async (abortSignal: AbortSignal): Promise<Tag | "lost"> => {
      await claim?.check().catch((error: unknown) => {
        throw new OwnFailure(error);
      });
      try {
        const answer = await this.#line.send({ method: "PUT", path: `/${name}`, headers, body }, abortSignal);
        leave(answer);
        return tagOf(answer);
      } catch (error) {
        if (isLost(error)) return "lost";
        throw error;
      }
    };
    return this.#request(name, signal, attempt, body.sizeBytes);
  }

  async get(name: string, signal?: AbortSignal): Promise<{ bytes: Buffer; tag: Tag } | undefined> {
    return wholeObject({
      ...{ place: this.place, signal, open: () => this.open(name, signal) },
      small: () => this.#request(name, signal, (abortSignal) => this.#small(name, abortSignal)),
    });
  }

  async #small(name: string, signal: AbortSignal): Promise<WholeObject | "large" | undefined> {
    try {
      const answer = await this.#line.send({ method: "GET", path: `/${name}` }, signal);
      return await smallObject(answer, { sizeBytes: sizeOf(answer), tag: tagOf(answer) });
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async open(name: string, signal?: AbortSignal): Promise<ObjectReader | undefined> {
    const facts = await this.facts(name, signal);
    if (facts === undefined) return undefined;
    return new RangeReader(facts, this.placeOf(name), ({ position, length }, stop, fill) =>
      this.#request(
        name,
        stop,
        async (abortSignal) => {
          const range = `bytes=${position}-${position + length - 1}`;
          const headers = { range, "if-match": `"${facts.tag}"` };
          const sent = this.#line.send({ method: "GET", path: `/${name}`, headers }, abortSignal);
          await fill(await sent.catch(ifStateIsGone));
        },
        length,
      ),
    );
  }

  facts(name: string, signal?: AbortSignal): Promise<ObjectFacts | undefined> {
    return this.#request(name, signal, async (abortSignal) => {
      try {
        const answer = await this.#line.send({ method: "HEAD", path: `/${name}` }, abortSignal);
        leave(answer);
        const modifiedAt = Number(answer.headers[modifiedHeader]);
        return { name, sizeBytes: sizeOf(answer), modifiedAt, tag: tagOf(answer) };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    });
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectFacts> {
    const limit = String(this.#ports.pageSize ?? pageSizeMax);
    for (let after = ""; ;) {
      const query = new URLSearchParams({ list: "", prefix, after, limit }).toString();
      const page = await this.#ask<ListPage>({ method: "GET", path: `?${query}` }, signal);
      yield* page.objects;
      const last = page.objects.at(-1);
      if (!page.more || last === undefined) return;
      after = last.name;
    }
  }

  async remove(names: readonly string[], signal?: AbortSignal): Promise<void> {
    requireRemovable(this);
    for (const name of names) requireObjectName(name, this.place);
    for (let start = 0; start < names.length; start += removedAtOnce) {
      const body = inMemory(Buffer.from(JSON.stringify(names.slice(start, start + removedAtOnce))));
      await this.#ask({ method: "POST", path: "?remove=", body }, signal);
    }
  }

  async sweep(prefix: string): Promise<void> {
    const query = new URLSearchParams({ sweep: "", prefix }).toString();
    await this.#ask({ method: "POST", path: `?${query}` }, undefined);
  }

  lockUntil(): Promise<void> {
    return Promise.reject(this.#noRetention());
  }

  lockedUntil(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async now(): Promise<number> {
    return (await this.#ask<About>({ method: "GET", path: "?about=" }, undefined)).time;
  }

  close(): Promise<void> {
    return Promise.resolve().then(() => this.#line.close());
  }

  /** What the server answers to a question about the store as a whole. */
  #ask<T>(
    request: { readonly method: "GET" | "POST"; readonly path: string; readonly body?: LineBody },
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return this.#request("", signal, async (abortSignal) => {
      const answer = await this.#line.send(request, abortSignal);
      const bytes = await wholeBody(answer, sizeOf(answer));
      return JSON.parse(bytes.toString("utf8")) as T;
    });
  }

  /** A request with its retries. `name` is the object in question; empty for the store. `bytes`: what it carries. */
  #request<T>(
    name: string,
    signal: AbortSignal | undefined,
    work: (abortSignal: AbortSignal) => Promise<T>,
    bytes = 0,
  ): Promise<T> {
    const place = name === "" ? this.place : this.placeOf(name);
    const options = {
      place,
      clock: this.#clock,
      random: this.#random,
      ...timesOf(this.#ports, bytes),
      classify: (thrown: unknown) => classify(thrown, place, this.#clock.now()),
    };
    return withRetry(options, signal, work);
  }

  #noRetention(): SiteRecoveryError {
    const message = said`Objects in ${this.place} cannot be locked until a time. Leave the retention lock out, and use a client that may not delete.`;
    return new SiteRecoveryError("InvalidInput", message, { target: this.place });
  }
}

function conditionsOf(rule: PutRule): Record<string, string> {
  if (rule === "replace") return {};
  return rule === "ifAbsent" ? { "if-none-match": "*" } : { "if-match": `"${rule.ifTag}"` };
}

function tagOf({ headers: { etag = "" } }: IncomingMessage): Tag {
  return etag.replaceAll('"', "");
}

function sizeOf({ headers }: IncomingMessage): number {
  return Number(headers["content-length"]);
}

/** `undefined` if the object was replaced or removed. */
function ifStateIsGone(error: unknown): undefined {
  if (isAbsent(error) || isLost(error)) return undefined;
  throw error;
}
