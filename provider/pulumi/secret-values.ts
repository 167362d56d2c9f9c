import type { JsonSchema } from "../schemas/json-schema.ts";

/** The path of a key in an object at a path. */
export function childPath(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** What the program wanted is kept in the state under keys of ours; the paths below them are the arguments' own. */
const keptKeys = /^__[a-z]+\.?/;
const keptTexts = /^__[a-z]+$/;
/** Fewer characters turn up in every line by chance. */
const shortestConcealed = 3;

/**
 * What must stay secret: values at some paths, and the words at those paths wherever else they turn up. The engine
 * encrypts in the state what it is handed as secret, and does not show it.
 */
export class SecretValues {
  readonly #paths = new Set<string>();
  readonly #words = new Set<string>();

  add(path: string, value: unknown): void {
    this.#paths.add(path.replace(keptKeys, ""));
    this.#addWords(value);
  }

  #addWords(value: unknown): void {
    if (typeof value === "string") {
      if (value !== "") this.#words.add(value);
    } else if (value !== null && typeof value === "object") {
      for (const inner of Object.values(value)) this.#addWords(inner);
    }
  }

  /** Adds what a schema says is secret (`x-secret`), as far as it is given. */
  addMarked(schema: JsonSchema, values: Record<string, unknown>): void {
    this.#mark(schema, schema, values, "");
  }

  #mark(root: JsonSchema, schema: JsonSchema, value: unknown, path: string): void {
    if (value === undefined) return;
    if (schema["x-secret"] === true) return this.add(path, value);
    if (schema.$ref) return this.#mark(root, root.$defs![schema.$ref.split("/").at(-1)!]!, value, path);
    for (const branch of schema.oneOf ?? []) this.#mark(root, branch, value, path);
    if (Array.isArray(value)) {
      const { items } = schema;
      if (items) value.forEach((item, at) => this.#mark(root, items, item, `${path}[${at}]`));
    } else if (value !== null && typeof value === "object") {
      for (const [key, inner] of Object.entries(schema.properties ?? {}))
        this.#mark(root, inner, (value as Record<string, unknown>)[key], childPath(path, key));
    }
  }

  get holdsAny(): boolean {
    return this.#paths.size > 0;
  }

  /** Whether a value at a path is to be handed on as secret. */
  covers(path: string, value: unknown): boolean {
    // What is kept as one text may hold any of them.
    if (typeof value === "string" && keptTexts.test(path)) return this.holdsAny;
    if (path !== "" && this.#paths.has(path.replace(keptKeys, ""))) return true;
    return typeof value === "string" && this.#words.has(value);
  }

  /** Whether something at this path or below it is secret. */
  touches(path: string): boolean {
    return [...this.#paths].some(
      (one) => one === path || one.startsWith(`${path}.`) || one.startsWith(`${path}[`),
    );
  }

  /** A line for people without the secret words. */
  readonly conceal = (line: string): string => {
    let text = line;
    for (const word of this.#words)
      if (word.length >= shortestConcealed) text = text.replaceAll(word, "[secret]");
    return text;
  };
}
