import type { IncomingMessage } from "node:http";
import { isObjectName } from "../drivers/object-name.ts";
import { pageSizeMax, storeName } from "../drivers/objects-https/protocol.ts";
import type { PutRule } from "../ports/objects.ts";
import { RequestRefused } from "./refuse.ts";

/** What a request asks for. */
export type Asked =
  | { readonly kind: "about"; readonly store: string }
  | {
      readonly kind: "list";
      readonly store: string;
      readonly prefix: string;
      readonly after: string;
      readonly limit: number;
    }
  | { readonly kind: "sweep"; readonly store: string; readonly prefix: string }
  | { readonly kind: "remove"; readonly store: string }
  | { readonly kind: "put" | "get" | "head"; readonly store: string; readonly name: string };

/** Names of stores and objects need no escapes, so a path that has any is none of ours. */
const target = /^\/([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** Throws `RequestRefused`. */
export function parseRequest({ method = "", url = "" }: IncomingMessage): Asked {
  const [, store = "", name, query] = target.exec(url) ?? [];
  if (!storeName.test(store)) throw new RequestRefused("BadRequest", "The path does not begin with a store.");
  if (name !== undefined && name !== "") {
    if (!isObjectName(name)) throw new RequestRefused("BadName", "The name cannot be an object's.");
    if (query !== undefined) throw badRequest();
    if (method === "PUT" || method === "GET" || method === "HEAD") {
      return { kind: method.toLowerCase() as "put" | "get" | "head", store, name };
    }
    throw badRequest();
  }
  return parseQuestion(store, `${method} ${query?.split(/[=&]/, 1)[0] ?? ""}`, new URLSearchParams(query));
}

function parseQuestion(store: string, question: string, words: URLSearchParams): Asked {
  const prefix = prefixOf(words.get("prefix") ?? "");
  switch (question) {
    case "GET about":
      return { kind: "about", store };
    case "GET list": {
      const limit = Number(words.get("limit") ?? pageSizeMax);
      if (!Number.isInteger(limit) || limit < 1) throw badRequest();
      return {
        kind: "list",
        store,
        prefix,
        after: words.get("after") ?? "",
        limit: Math.min(limit, pageSizeMax),
      };
    }
    case "POST sweep":
      return { kind: "sweep", store, prefix };
    case "POST remove":
      return { kind: "remove", store };
    default:
      throw badRequest();
  }
}

/** What names begin with: a name, or the beginning of one, which may end within a part or after a `/`. */
function prefixOf(text: string): string {
  if (text !== "" && !isObjectName(text.replace(/\/$/, "")))
    throw new RequestRefused("BadName", "No name begins so.");
  return text;
}

/** The rule of a put, by its conditions. */
export function ruleOf({ headers }: IncomingMessage): PutRule {
  const { "if-match": match, "if-none-match": noneMatch } = headers;
  if (match === undefined && noneMatch === undefined) return "replace";
  if (match === undefined && noneMatch === "*") return "ifAbsent";
  const [, tag] = /^"([^"]+)"$/.exec(match ?? "") ?? [];
  if (tag === undefined || noneMatch !== undefined) throw badRequest();
  return { ifTag: tag };
}

export interface AskedRange {
  readonly from: number;
  /** The first byte that is not asked for. */
  readonly to: number;
}

/** The range of a request, clipped to the object; the whole of it without one. */
export function rangeOf({ headers }: IncomingMessage, sizeBytes: number): AskedRange {
  const { range } = headers;
  if (range === undefined) return { from: 0, to: sizeBytes };
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(range) ?? [];
  const [from, to] = [Number(first), Math.min(Number(last) + 1, sizeBytes)];
  if (first === undefined || from >= to)
    throw new RequestRefused("BadRange", "The object has no such range.");
  return { from, to };
}

function badRequest(): RequestRefused {
  return new RequestRefused("BadRequest", "The request is none of the protocol.");
}
