/** Answers one request that has been let in. */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FileSystem } from "../blocks/file-system.ts";
import type { Clock } from "../clock.ts";
import {
  type About,
  type ListedObject,
  modifiedHeader,
  protocolHeader,
  protocolVersion,
  putNumberHeader,
  removedAtOnce,
} from "../drivers/objects-https/protocol.ts";
import type { ObjectFacts, ObjectReader } from "../ports/objects.ts";
import { type Random, randomHex } from "../random.ts";
import { type Client, isWithin } from "../trust/client-list.ts";
import { isKept, requireAllowed } from "./access.ts";
import { type Asked, parseRequest, rangeOf, ruleOf } from "./parse-request.ts";
import { bodyLength, receiveBody, receiveSmall } from "./receive-body.ts";
import { RequestRefused } from "./refuse.ts";
import { ServedStore } from "./served-store.ts";
import type { ServingFolder } from "./serving-folder.ts";

/** Always left free, so that claims can still be renewed and points be dropped. */
const reserveBytes = 16 * 1_048_576;
const pieceBytes = 262_144;
const namesBytesMax = 2 * 1_048_576;

export interface AnswerParts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly serving: ServingFolder;
  readonly readOnly: boolean;
  readonly objectBytesMax: number;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly client: Client;
}

const changes: ReadonlySet<Asked["kind"]> = new Set(["put", "remove", "sweep"]);

export class Answers {
  readonly #parts: AnswerParts;
  readonly #stores = new Map<string, ServedStore>();

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  /** Throws `RequestRefused`, or what the folder's driver throws. */
  async answer(exchange: Exchange): Promise<void> {
    const asked = parseRequest(exchange.request);
    const { client, response } = exchange;
    if (this.#parts.readOnly && changes.has(asked.kind)) {
      throw new RequestRefused("ReadOnly", "The folder is served for reading only.");
    }
    const store = this.#store(asked.store, client);
    switch (asked.kind) {
      case "about":
        return sendJson(response, this.#about(client));
      case "list":
        requireAllowed(client, asked.store, asked.prefix, "read");
        return this.#list(store, asked, exchange);
      case "head":
      case "get":
        requireAllowed(client, asked.store, asked.name, "read");
        return asked.kind === "head"
          ? sendFacts(response, await store.facts(asked.name))
          : this.#get(store, asked.name, exchange);
      case "put":
        requireAllowed(client, asked.store, asked.name, "put");
        return this.#put(store, asked.name, exchange);
      case "sweep":
        requireAllowed(client, asked.store, asked.prefix, "put");
        await store.sweep(asked.prefix);
        return sendJson(response, {});
      case "remove":
        return this.#remove(store, asked.store, exchange);
    }
  }

  /** Who may use nothing of a store does not learn whether it is there. */
  #store(name: string, client: Client): ServedStore {
    const isOfIt = isWithin(client, name) || client.within.some((one) => one.startsWith(`${name}/`));
    if (!isOfIt) throw new RequestRefused("NotAllowed", "The client may not use this store.");
    const store = this.#stores.get(name) ?? new ServedStore(this.#parts.files, this.#parts.serving, name);
    store.requireThere();
    this.#stores.set(name, store);
    return store;
  }

  #about({ rights }: Client): About {
    const { clock, readOnly, objectBytesMax } = this.#parts;
    return { time: clock.now(), rights, readOnly, objectBytesMax };
  }

  async #list(
    store: ServedStore,
    { store: storeName, prefix, after, limit }: Asked & { kind: "list" },
    { client, response }: Exchange,
  ): Promise<void> {
    const objects: ListedObject[] = [];
    let more = false;
    for await (const { name, sizeBytes, modifiedAt, tag } of store.list(prefix, after)) {
      if (!isWithin(client, `${storeName}/${name}`)) continue;
      more = objects.length === limit;
      if (more) break;
      objects.push({ name, sizeBytes, modifiedAt, tag });
    }
    sendJson(response, { objects, more });
  }

  async #get(store: ServedStore, name: string, { request, response }: Exchange): Promise<void> {
    const reader = await store.open(name);
    if (reader === undefined) throw noObject();
    try {
      const match = request.headers["if-match"];
      if (match !== undefined && match !== `"${reader.tag}"`) throw lost();
      const { from, to } = rangeOf(request, reader.sizeBytes);
      const isPart = request.headers.range !== undefined;
      response.writeHead(isPart ? 206 : 200, {
        ...headersOf(reader),
        "content-length": String(to - from),
        ...(isPart ? { "content-range": `bytes ${from}-${to - 1}/${reader.sizeBytes}` } : {}),
      });
      await sendRange(response, reader, from, to);
    } finally {
      await reader.close();
    }
  }

  async #put(store: ServedStore, name: string, { request, response, client }: Exchange): Promise<void> {
    const { files, random, serving, objectBytesMax } = this.#parts;
    const number = request.headers[putNumberHeader];
    if (typeof number !== "string" || !/^[0-9a-f]{32}$/.test(number)) {
      throw new RequestRefused("BadRequest", "The put has no number.");
    }
    const rule = ruleOf(request);
    const sizeBytes = bodyLength(request, objectBytesMax);
    if (files.freeBytes(serving.root) < sizeBytes + reserveBytes && !name.startsWith("claims/")) {
      throw new RequestRefused("NoRoom", "There is no room.");
    }
    const bodyPath = serving.incoming(randomHex(random, 16));
    try {
      askForBody(request, response);
      await receiveBody(request, files, bodyPath, sizeBytes);
      const keepsFormer = isKept(client, name);
      const tag = await store.put({ name, rule, number, bodyPath, sizeBytes, keepsFormer });
      if (tag === "lost") throw lost();
      response.writeHead(200, { ...ownHeaders, etag: `"${tag}"`, "content-length": "0" }).end();
    } finally {
      files.remove(bodyPath);
    }
  }

  async #remove(
    store: ServedStore,
    storeName: string,
    { request, response, client }: Exchange,
  ): Promise<void> {
    askForBody(request, response);
    const names = namesIn(await receiveSmall(request, namesBytesMax));
    for (const name of names) requireAllowed(client, storeName, name, "remove");
    await store.remove(names);
    sendJson(response, {});
  }
}

const ownHeaders = { [protocolHeader]: protocolVersion };

/** A client with a large body sends it when it is asked for. */
function askForBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect !== undefined) response.writeContinue();
}

function namesIn(bytes: Buffer): string[] {
  try {
    const names: unknown = JSON.parse(bytes.toString("utf8"));
    if (
      Array.isArray(names) &&
      names.length <= removedAtOnce &&
      names.every((one) => typeof one === "string")
    ) {
      return names;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new RequestRefused("BadRequest", `The body is no list of at most ${removedAtOnce} names.`);
}

function headersOf({ tag, modifiedAt }: ObjectFacts): Record<string, string> {
  return {
    ...ownHeaders,
    etag: `"${tag}"`,
    [modifiedHeader]: String(modifiedAt),
    "content-type": "application/octet-stream",
  };
}

function sendFacts(response: ServerResponse, facts: ObjectFacts | undefined): void {
  if (facts === undefined) throw noObject();
  response.writeHead(200, { ...headersOf(facts), "content-length": String(facts.sizeBytes) }).end();
}

function sendJson(response: ServerResponse, value: unknown): void {
  const bytes = Buffer.from(JSON.stringify(value));
  const headers = {
    ...ownHeaders,
    "content-type": "application/json",
    "content-length": String(bytes.length),
  };
  response.writeHead(200, headers).end(bytes);
}

/** Waits for the client, so that no more than a piece or two are in memory. */
async function sendRange(
  response: ServerResponse,
  reader: ObjectReader,
  from: number,
  to: number,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  for (let at = from; at < to && !gone.signal.aborted;) {
    // A new one each time: the connection still has the one before.
    const piece = Buffer.alloc(Math.min(pieceBytes, to - at));
    const count = await reader.read(piece, at);
    if (count === 0) throw new Error("The file is shorter than it was.");
    at += count;
    if (response.write(piece.subarray(0, count))) continue;
    await once(response, "drain", { signal: gone.signal }).catch(() => undefined);
  }
  response.end();
}

function noObject(): RequestRefused {
  return new RequestRefused("NoObject", "There is no such object.");
}

function lost(): RequestRefused {
  return new RequestRefused("ConditionLost", "The object is in another state.");
}
