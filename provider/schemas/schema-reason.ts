/**
 * Turns what the schema validator says into a path and a sentence that names the bad value and, where there is
 * one, the legal value that was most likely meant.
 */
import { given, givenKey, keySuggestion, type Message, plain, said, suggestion } from "../message.ts";
import { CheckFailure } from "./check-failure.ts";
import { nearestNumber, nearestWord } from "./nearest.ts";

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

function list(values: readonly unknown[]): Message {
  const words = values.map(String);
  return plain(words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`);
}

/** Minutes where seconds are wanted, such as 5 for 300. */
function minutesAsSeconds(
  data: unknown,
  { at, unit }: { at: string; unit: unknown },
  isLegal: (seconds: number) => boolean,
): Message | undefined {
  if (unit !== "seconds" || typeof data !== "number" || data <= 0 || !isLegal(data * 60)) return undefined;
  const minutes = plain(data === 1 ? "minute is" : "minutes are");
  return said`; it is in seconds, and ${given(data, at)} ${minutes} ${given(data * 60, at)}`;
}

function notOneOf(data: unknown, at: string, schema: Record<string, unknown>): Message {
  const allowed = schema["enum"] as readonly unknown[];
  const numbers = allowed.filter((value) => typeof value === "number");
  const near =
    typeof data === "string"
      ? nearestWord(data, allowed.map(String))
      : typeof data === "number"
        ? nearestNumber(data, numbers)
        : undefined;
  const minutes = minutesAsSeconds(data, { at, unit: schema["x-unit"] }, (value) => numbers.includes(value));
  const likely = near === undefined ? undefined : said`; did you mean ${given(near, at)}?`;
  const hint = minutes ?? likely;
  const meant = hint === undefined ? undefined : suggestion(at, hint);
  return said`${given(data, at)} is not one of ${list(allowed)}${meant}`;
}

/** The name, mended by the changes that people would make by hand, if that makes it legal. */
function mended(data: string, schema: Record<string, unknown>): string | undefined {
  const longest = typeof schema["maxLength"] === "number" ? schema["maxLength"] : 260;
  const hyphened = data.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const bare = data.toLowerCase().replace(/[^a-z0-9]/g, "");
  const pattern = new RegExp(String(schema["pattern"]));
  return [hyphened, bare, bare.slice(0, 24)].find((text) => pattern.test(text) && text.length <= longest);
}

function patternReason(data: unknown, at: string, schema: Record<string, unknown>): Message {
  const better = typeof data === "string" ? mended(data, schema) : undefined;
  const example = better === undefined ? undefined : suggestion(at, said`; for example ${given(better, at)}`);
  return said`${given(data, at)} is not legal: ${plain(String(schema["x-pattern-help"]))}${example}`;
}

function boundReason(
  data: unknown,
  at: string,
  schema: Record<string, unknown>,
  params: Record<string, unknown>,
): Message {
  const { minimum, maximum } = schema;
  const unit = typeof schema["x-unit"] === "string" ? ` ${schema["x-unit"]}` : "";
  const range =
    maximum === undefined ? `${String(minimum)} or more` : `${String(minimum)} to ${String(maximum)}`;
  const isLegal = (seconds: number): boolean =>
    seconds >= Number(minimum ?? -Infinity) && seconds <= Number(maximum ?? Infinity);
  const minutes = minutesAsSeconds(data, { at, unit: schema["x-unit"] }, isLegal);
  const nearest = suggestion(at, minutes ?? said`; the nearest legal value is ${String(params["limit"])}`);
  return said`${given(data, at)} is out of range: ${plain(`${range}${unit}`)}${nearest}`;
}

function plural(count: unknown, word: string): string {
  if (count === 1) return `1 ${word}`;
  return `${String(count)} ${word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`}`;
}

type Reason = (error: SchemaError, schema: Record<string, unknown>, at: string) => Message;

/** What a list holds twice, and where; two entries are not compared in words if one of them is secret. */
function listedTwice({ params, data }: SchemaError, at: string): Message {
  const [first, second] = [Number(params["j"]), Number(params["i"])].sort((one, other) => one - other);
  const places = [`${at}[${first}]`, `${at}[${second}]`];
  const where = suggestion(places, said`, at ${first} and ${second}`);
  return said`lists ${given((data as unknown[])[first!], places)} twice${where}`;
}

const reasons: Record<string, Reason> = {
  required: () => said`is required and is missing`,
  additionalProperties: ({ params, data }, schema, at) => {
    const written = String(params["additionalProperty"]);
    const known = Object.keys((schema["properties"] as object | undefined) ?? {});
    const twin = known.find((name) => inOtherCase({ [written]: true }, name) === written);
    if (twin !== undefined && Object.hasOwn(data as object, twin))
      return said`unknown property ${givenKey(written, at)}${keySuggestion(at, said`; '${plain(twin)}' is given as well: leave this one out`)}`;
    const near = nearestWord(written, known);
    const hint = near === undefined ? `the known ones are ${known.join(", ")}` : `did you mean '${near}'?`;
    return said`unknown property ${givenKey(written, at)}${keySuggestion(at, said`; ${hint}`)}`;
  },
  enum: ({ data }, schema, at) => notOneOf(data, at, schema),
  const: ({ data }, schema, at) => {
    const only = schema["const"];
    if (/(^|\.)version$/.test(at) && typeof only === "number" && typeof data === "number" && data > only)
      return said`${given(data, at)} was made for a newer siterecovery; this one reads version ${only}. Install the newer one`;
    return said`${given(data, at)} is not supported here; use ${plain(String(only))}`;
  },
  type: ({ data, params }, _schema, at) => {
    const isQuoted = params["type"] === "integer" && typeof data === "string" && /^\d+$/.test(data);
    const hint = isQuoted ? suggestion(at, said`; write ${data} without quotes`) : undefined;
    const wanted = String(params["type"]).replaceAll(",", " or ");
    return said`${given(data, at)} is not ${plain(`${/^[aeiou]/.test(wanted) ? "an" : "a"} ${wanted}`)}${hint}`;
  },
  pattern: ({ data }, schema, at) => patternReason(data, at, schema),
  minimum: ({ data, params }, schema, at) => boundReason(data, at, schema, params),
  maximum: ({ data, params }, schema, at) => boundReason(data, at, schema, params),
  minLength: ({ data, params }, _schema, at) =>
    params["limit"] === 1
      ? said`is empty`
      : said`${given(data, at)} is too short: at least ${plain(plural(params["limit"], "character"))}`,
  maxLength: ({ data, params }, _schema, at) =>
    said`${given(data, at)} is too long: at most ${plain(plural(params["limit"], "character"))}`,
  minItems: ({ params }) => said`is too short a list: at least ${plain(plural(params["limit"], "entry"))}`,
  maxItems: ({ params }) => said`is too long a list: at most ${plain(plural(params["limit"], "entry"))}`,
  maxProperties: ({ params }) => said`has too many entries: at most ${plain(String(params["limit"]))}`,
  minProperties: () => said`is empty`,
  uniqueItems: (error, _schema, at) => listedTwice(error, at),
  format: ({ data }, _schema, at) =>
    said`${given(data, at)} is not an ISO 8601 time with its offset such as 2026-01-31T22:00:00Z`,
};

/** The tags of a discriminated union, from its branches. */
function branchTags(schema: Record<string, unknown>, tag: string): unknown[] {
  const branches = schema["oneOf"] as { properties: Record<string, { const?: unknown }> }[];
  return branches.map((branch) => branch.properties[tag]?.const);
}

/** The key of an object that is a name written in another case, such as `instance_type`. */
function inOtherCase(data: unknown, name: string): string | undefined {
  const bare = (key: string): string => key.toLowerCase().replaceAll(/[_-]/g, "");
  return Object.keys((data ?? {}) as object).find((key) => key !== name && bare(key) === bare(name));
}

/** One failure for one error of the validator. */
export function checkFailure(error: SchemaError): CheckFailure {
  const at = propertyPath(error.instancePath);
  const under = (key: string): string => (at === "" ? key : `${at}.${key}`);
  const schema = error.parentSchema ?? {};
  if (error.keyword === "discriminator") {
    const tag = String(error.params["tag"]);
    const value = error.params["tagValue"];
    const tags = list(branchTags(schema, tag));
    const respelt = value === undefined ? inOtherCase(error.data, tag) : undefined;
    if (respelt !== undefined) {
      const reason = said`unknown property ${givenKey(respelt, at)}; names are written in camel case: write '${plain(tag)}'`;
      return new CheckFailure(under(respelt), reason);
    }
    const reason =
      value === undefined
        ? said`is required and is missing; use ${tags}`
        : said`${plain(tag)} ${given(value, under(tag))} is not supported here; use ${tags}`;
    return new CheckFailure(under(tag), reason);
  }
  const reason =
    reasons[error.keyword]?.(error, schema, at) ?? said`breaks the rule '${plain(error.keyword)}'`;
  if (error.keyword === "required")
    return new CheckFailure(under(String(error.params["missingProperty"])), reason);
  if (error.keyword === "additionalProperties")
    return new CheckFailure(under(String(error.params["additionalProperty"])), reason);
  if (error.keyword === "const" && /(^|\.)instanceType$/.test(at))
    return new CheckFailure(at, said`instanceType ${reason}`);
  return new CheckFailure(at, reason);
}
