/**
 * A resource's arguments as the text that is kept of them in Pulumi's state. Pulumi writes its whole state at every
 * step and passes it around value by value, so that one short text costs much less than its value. It is
 * JSON, in which ids are written from where they part from the resource's own: `^8/replicationPolicies/gold` has the
 * first eight parts of it.
 */
import { armIdOf, idNames } from "./arm-id.ts";
import { SiteRecoveryError } from "./errors.ts";
import type { Kind } from "./kinds/kind.ts";

type Inputs = Record<string, unknown>;

const sign = "^";
const shortened = /^\^(\d+)(.*)$/s;

/** The parts of a resource's own id; none while a name is missing. */
function ownParts(kind: Kind, inputs: Inputs): readonly string[] {
  try {
    return armIdOf(kind, inputs).split("/");
  } catch (error) {
    if (error instanceof SiteRecoveryError) return [];
    throw error;
  }
}

function shorten(text: string, own: readonly string[]): string {
  if (text.startsWith(sign)) return `${sign}${text}`;
  if (!text.startsWith("/subscriptions/")) return text;
  const parts = text.split("/");
  const differing = parts.findIndex((part, at) => part !== own[at]);
  const shared = differing < 0 ? parts.length : differing;
  return shared === 0 ? text : [`${sign}${shared}`, ...parts.slice(shared)].join("/");
}

function restore(text: string, own: readonly string[]): string {
  const [, shared, rest] = shortened.exec(text) ?? [];
  if (shared !== undefined) return `${own.slice(0, Number(shared)).join("/")}${rest}`;
  return text.startsWith(sign) ? text.slice(sign.length) : text;
}

/** The own id is derived from the names, so they are left as they are. */
function mapped(
  inputs: Inputs,
  kind: Kind,
  change: (text: string, own: readonly string[]) => string,
): Inputs {
  const own = ownParts(kind, inputs);
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return change(value, own);
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
  };
  const names = idNames(kind);
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [key, names.includes(key) ? value : walk(value)]),
  );
}

/** The text of arguments. What is `undefined` is left out. */
export function keptText(kind: Kind, inputs: object): string {
  return JSON.stringify(mapped(inputs as Inputs, kind, shorten));
}

/** The arguments of such a text. */
export function inputsOfText(kind: Kind, text: string): Inputs {
  return mapped(JSON.parse(text) as Inputs, kind, restore);
}
