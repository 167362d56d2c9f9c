/**
 * Turns what the schema validator says into a path and a sentence that names the bad value and, where there is
 * one, the legal value that was most likely meant.
 */
import { nearestNumber, nearestWord } from "./nearest.ts";

/** A property that is wrong: its path, such as `properties.groups[1].groupType`, and why, with the bad value. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** The part of a validator's error that is needed here. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer of the value that is wrong. */
  readonly instancePath: string;
  readonly params: Record<string, unknown>;
  readonly data?: unknown;
  readonly parentSchema?: Record<string, unknown>;
}

/** `/properties/groups/1/groupType` → `properties.groups[1].groupType`. */
export function propertyPath(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((path, part) => {
      if (/^\d+$/.test(part)) return `${path}[${part}]`;
      return path === "" ? part : `${path}.${part}`;
    }, "");
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function list(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function notOneOf(data: unknown, allowed: readonly unknown[]): string {
  const numbers = allowed.filter((value) => typeof value === "number");
  const near =
    typeof data === "string"
      ? nearestWord(data, allowed.map(String))
      : typeof data === "number"
        ? nearestNumber(data, numbers)
        : undefined;
  const meant = near === undefined ? "" : `; did you mean ${shown(near)}?`;
  return `${shown(data)} is not one of ${list(allowed)}${meant}`;
}

/** The name, mended by the changes that people would make by hand, if that makes it legal. */
function mended(data: string, schema: Record<string, unknown>): string | undefined {
  const longest = typeof schema["maxLength"] === "number" ? schema["maxLength"] : 260;
  const hyphened = data.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const bare = data.toLowerCase().replace(/[^a-z0-9]/g, "");
  const pattern = new RegExp(String(schema["pattern"]));
  return [hyphened, bare, bare.slice(0, 24)].find((text) => pattern.test(text) && text.length <= longest);
}

function patternReason(data: unknown, schema: Record<string, unknown>): string {
  const rule = `${shown(data)} is not legal: ${String(schema["x-pattern-help"])}`;
  const better = typeof data === "string" ? mended(data, schema) : undefined;
  return better === undefined ? rule : `${rule}; for example ${shown(better)}`;
}

function boundReason(
  data: unknown,
  schema: Record<string, unknown>,
  params: Record<string, unknown>,
): string {
  const { minimum, maximum } = schema;
  const unit = typeof schema["x-unit"] === "string" ? ` ${schema["x-unit"]}` : "";
  const range =
    maximum === undefined ? `${String(minimum)} or more` : `${String(minimum)} to ${String(maximum)}`;
  return `${shown(data)} is out of range: ${range}${unit}; the nearest legal value is ${String(params["limit"])}`;
}

function plural(count: unknown, word: string): string {
  if (count === 1) return `1 ${word}`;
  return `${String(count)} ${word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`}`;
}

const reasons: Record<string, (error: SchemaError, schema: Record<string, unknown>) => string> = {
  required: () => "is required and is missing",
  additionalProperties: ({ params }, schema) => {
    const written = String(params["additionalProperty"]);
    const known = Object.keys((schema["properties"] as object | undefined) ?? {});
    const near = nearestWord(written, known);
    const hint = near === undefined ? `the known ones are ${known.join(", ")}` : `did you mean '${near}'?`;
    return `unknown property '${written}'; ${hint}`;
  },
  enum: ({ data }, schema) => notOneOf(data, schema["enum"] as unknown[]),
  const: ({ data }, schema) => `${shown(data)} is not supported here; use ${String(schema["const"])}`,
  type: ({ data, params }) => {
    const example = params["type"] === "integer" && typeof data === "string" && /^\d+$/.test(data);
    const hint = example ? `; write ${data} without quotes` : "";
    const wanted = String(params["type"]).replaceAll(",", " or ");
    return `${shown(data)} is not ${/^[aeiou]/.test(wanted) ? "an" : "a"} ${wanted}${hint}`;
  },
  pattern: ({ data }, schema) => patternReason(data, schema),
  minimum: ({ data, params }, schema) => boundReason(data, schema, params),
  maximum: ({ data, params }, schema) => boundReason(data, schema, params),
  minLength: ({ data, params }) =>
    params["limit"] === 1
      ? "is empty"
      : `${shown(data)} is too short: at least ${plural(params["limit"], "character")}`,
  maxLength: ({ data, params }) =>
    `${shown(data)} is too long: at most ${plural(params["limit"], "character")}`,
  minItems: ({ params }) => `is too short a list: at least ${plural(params["limit"], "entry")}`,
  maxItems: ({ params }) => `is too long a list: at most ${plural(params["limit"], "entry")}`,
  maxProperties: ({ params }) => `has too many entries: at most ${String(params["limit"])}`,
  minProperties: () => "is empty",
  uniqueItems: ({ params, data }) =>
    `lists ${shown((data as unknown[])[params["i"] as number])} twice, at ${String(params["i"])} and ${String(params["j"])}`,
  format: ({ data }) => `${shown(data)} is not an ISO 8601 time with its offset such as 2026-01-31T22:00:00Z`,
};

/** The tags of a discriminated union, from its branches. */
function branchTags(schema: Record<string, unknown>, tag: string): unknown[] {
  const branches = schema["oneOf"] as { properties: Record<string, { const?: unknown }> }[];
  return branches.map((branch) => branch.properties[tag]?.const);
}

/** One failure for one error of the validator. */
export function checkFailure(error: SchemaError): CheckFailure {
  const at = propertyPath(error.instancePath);
  const under = (key: string): string => (at === "" ? key : `${at}.${key}`);
  const schema = error.parentSchema ?? {};
  if (error.keyword === "discriminator") {
    const tag = String(error.params["tag"]);
    const value = error.params["tagValue"];
    const tags = branchTags(schema, tag);
    const reason =
      value === undefined
        ? `is required and is missing; use ${list(tags)}`
        : `${tag} ${shown(value)} is not supported here; use ${list(tags)}`;
    return { property: under(tag), reason };
  }
  const reason = reasons[error.keyword]?.(error, schema) ?? `breaks the rule '${error.keyword}'`;
  if (error.keyword === "required")
    return { property: under(String(error.params["missingProperty"])), reason };
  if (error.keyword === "additionalProperties")
    return { property: under(String(error.params["additionalProperty"])), reason };
  if (error.keyword === "const" && /(^|\.)instanceType$/.test(at))
    return { property: at, reason: `instanceType ${reason}` };
  return { property: at, reason };
}
