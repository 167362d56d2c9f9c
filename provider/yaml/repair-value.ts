/**
 * Puts something harmless where a schema refuses a value, so that the rest can still be looked at. Nobody is shown
 * what is put there: code that continues with a repaired value leaves out errors that follow from the repairs alone.
 */
import type { ErrorObject } from "ajv/dist/2020.js";
import { nearestWord } from "../schemas/nearest.ts";
import type { YamlPath } from "./read-yaml.ts";

type Holder = Record<string | number, unknown>;
type Schema = Readonly<Record<string, unknown>>;

/** `/machines/3/name` → `["machines", 3, "name"]`. */
export function pathOfPointer(pointer: string): YamlPath {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Holder | undefined)?.[step], value);
}

/** The smallest value that a schema allows; a text that no user wrote. */
function filling(schema: Schema | true | undefined, nameless: () => string): unknown {
  // What only a condition asks for is not described there; these are the lists of a definition.
  if (schema === undefined || schema === true) return [];
  if (Array.isArray(schema["enum"])) return (schema["enum"] as unknown[])[0];
  if ("const" in schema) return schema["const"];
  const type = [schema["type"]].flat()[0];
  if (type === "string") return nameless();
  if (type === "array") return [];
  if (type === "boolean") return false;
  if (type === "integer" || type === "number") return Number(schema["minimum"] ?? 0);
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Schema>>;
  const object = Object.create(null) as Holder;
  for (const key of (schema["required"] ?? []) as string[]) object[key] = filling(properties[key], nameless);
  return object;
}

/** What was most likely meant, of the words that decide what everything around them means. */
function likely(data: unknown, schema: Schema): unknown {
  const words = schema["enum"] as readonly unknown[];
  const near = typeof data === "string" ? nearestWord(data, words.map(String)) : undefined;
  return near ?? words[0];
}

/** Repairs `value` itself, one error after the other. */
export class Repair {
  /** Where something was filled in, taken out, or is other than it should be. */
  readonly paths: YamlPath[] = [];
  readonly #value: unknown;
  readonly #done = new Set<string>();
  #count = 0;
  readonly #nameless = (): string => `unnamed${(this.#count += 1)}`;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** Whether reading can continue. */
  mend(error: ErrorObject): boolean {
    const { keyword, instancePath, params } = error;
    const schema = (error.parentSchema ?? {}) as Schema;
    const path = pathOfPointer(instancePath);
    const data = valueAt(this.#value, path);
    if (keyword === "required") {
      const missing = String(params["missingProperty"]);
      const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Schema>>;
      (data as Holder)[missing] ??= filling(properties[missing], this.#nameless);
      this.paths.push([...path, missing]);
      return true;
    }
    this.paths.push(path);
    if (keyword === "minItems" || keyword === "minProperties" || keyword === "maxProperties") return true;
    if (path.length === 0) return false;
    // A value that fits none of two types is refused twice.
    if (this.#done.has(instancePath)) return true;
    this.#done.add(instancePath);
    const holder = valueAt(this.#value, path.slice(0, -1)) as Holder;
    const last = path.at(-1)!;
    if (keyword === "type") this.#replace(holder, last, schema);
    else if (keyword === "const") holder[last] = schema["const"];
    else if (keyword === "enum") holder[last] = likely(data, schema);
    else return false;
    return true;
  }

  /** A property that is wanted is missing then, and is filled in when that is reported. */
  #replace(holder: Holder, last: string | number, schema: Schema): void {
    if (Array.isArray(holder)) holder[Number(last)] = filling(schema, this.#nameless);
    else delete holder[last];
  }
}
