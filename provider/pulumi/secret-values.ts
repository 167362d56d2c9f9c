import { masked, Message, type Part } from "../message.ts";
import type { JsonSchema } from "../schemas/json-schema.ts";
import { isArmId, maskedAddress, namesInId } from "./masked-address.ts";

/** The path of a key in an object at a path. */
export function childPath(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** What the program wanted is kept in the state under keys of ours; the paths below them are the arguments' own. */
const keptKeys = /^__[a-z]+\.?/;
const keptTexts = /^__[a-z]+$/;
/** A secret of fewer characters turns up within other words by chance: it counts where it is a word of its own. */
const shortestWithin = 3;

function isBelow(path: string, one: string): boolean {
  return path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`);
}

/** What is at a path. Keys may have dots in them, so the longest key that fits is taken. */
function valueAt(value: unknown, path: string): unknown {
  if (path === "") return value;
  if (value === null || typeof value !== "object") return undefined;
  const [, index, below] = /^\[(\d+)\]\.?(.*)$/s.exec(path) ?? [];
  if (Array.isArray(value)) return index === undefined ? undefined : valueAt(value[Number(index)], below!);
  const key = Object.keys(value)
    .filter((one) => isBelow(path, one))
    .sort((one, other) => other.length - one.length)[0];
  if (key === undefined) return undefined;
  return valueAt((value as Record<string, unknown>)[key], path.slice(key.length).replace(/^\./, ""));
}

/** What stands in a command for a value that is secret, as the name of what is to be filled in: `<name>`. */
function placeholderOf({ at, text }: Part): string {
  const [last] = at?.[0]?.match(/[^.[\]]+$/) ?? [isArmId(text.replace(/^'/, "")) ? "id" : "name"];
  return `<${last}>`;
}

function leavesOf(value: unknown): unknown[] {
  if (value === null || typeof value !== "object") return [value];
  return Object.values(value).flatMap(leavesOf);
}

/**
 * What must stay secret: the values at some paths, wherever they turn up. The engine encrypts in the state what it is
 * handed as secret, and does not show it.
 */
export class SecretValues {
  readonly #paths = new Set<string>();
  /** In lower case: names are compared so. */
  readonly #words = new Set<string>();
  readonly #plainWords = new Set<string>();
  #holdsFlag = false;

  add(path: string, value: unknown): void {
    this.#paths.add(path.replace(keptKeys, ""));
    for (const leaf of leavesOf(value)) {
      if (typeof leaf === "boolean") this.#holdsFlag = true;
      else if (leaf !== undefined && leaf !== null && leaf !== "")
        this.#words.add(String(leaf).toLowerCase());
    }
  }

  /**
   * Adds what the program gives in plain: it is shown, also where a secret is a part of it. So are the names in an id, and
   * the ids of resources, which Pulumi shows itself.
   */
  addPlain(values: unknown): void {
    for (const leaf of leavesOf(values)) {
      const text = String(leaf).toLowerCase();
      const names = this.#words.has(text) ? [] : namesInId(text);
      for (const plain of [text, ...names]) this.#plainWords.add(plain);
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

  /** Adds what is at some paths, as far as it is there. */
  addAt(paths: readonly string[], values: unknown): void {
    for (const path of paths) this.add(path, valueAt(values, path));
  }

  /** Adds the values at these paths, wherever they turn up, and not the paths: they are another resource's. */
  addWordsAt(paths: readonly string[], values: unknown): void {
    const other = new SecretValues();
    other.addAt(paths, values);
    for (const word of other.#words) this.#words.add(word);
  }

  /** The paths of what is secret. */
  get paths(): string[] {
    return [...this.#paths].filter((path) => path !== "").sort();
  }

  get holdsAny(): boolean {
    return this.#paths.size > 0;
  }

  /** Whether a value at a path is to be handed on as secret. */
  covers(path: string, value: unknown): boolean {
    // What is kept as one text may hold any of them.
    if (typeof value === "string" && keptTexts.test(path)) return this.holdsAny;
    if (path !== "" && this.#paths.has(path.replace(keptKeys, ""))) return true;
    return this.tells(value);
  }

  /** Whether something at this path or below it is secret. */
  touches(path: string): boolean {
    return [...this.#paths].some((one) => isBelow(one, path));
  }

  /** Whether this path is secret, or is in what is. */
  isWithin(path: string): boolean {
    return [...this.#paths].some((one) => isBelow(path, one));
  }

  /** Returns a path that ends at the argument that is secret as a whole, or the path itself if it is in none. */
  upToSecret(path: string): string {
    const around = [...this.#paths].filter((one) => isBelow(path, one));
    return around.sort((one, other) => one.length - other.length)[0] ?? path;
  }

  /** Whether a value, whatever its path, is a secret one or has one in it, as an id has a name. */
  tells(value: unknown): boolean {
    if (typeof value === "boolean") return this.#holdsFlag;
    if (typeof value === "number") return this.#words.has(String(value));
    if (typeof value !== "string") return false;
    const text = value.toLowerCase();
    if (this.#words.has(text)) return true;
    if (this.#plainWords.has(text)) return false;
    const pieces = text.split(/[^a-z0-9]+/);
    return [...this.#words].some((word) =>
      word.length < shortestWithin ? pieces.includes(word) : text.includes(word),
    );
  }

  #isSecret({ value, at, secretIf }: Part): boolean {
    // What is live may hold the secret at another path than that at which it was given.
    if (at === undefined || this.tells(value)) return this.tells(value);
    return at.some((path) => this.isWithin(path) || (secretIf === "touched" && this.touches(path)));
  }

  /** An id or a URN without the names that are secret; `undefined` for what is neither. A secret may have a slash in it. */
  #shownAddress(text: string): string | undefined {
    const hasSigns = [...this.#words].some((word) => /[/:]/.test(word) && text.toLowerCase().includes(word));
    return hasSigns ? undefined : maskedAddress(text, (name) => this.tells(name));
  }

  /** A message for people: its parts that are secret are left out. */
  readonly shown = (message: string | Message): string => {
    const shown = Message.of(message).shown((part, isInCommand) => {
      if (!this.#isSecret(part)) return part.text;
      const address = part.at === undefined ? this.#shownAddress(part.text) : undefined;
      if (address !== undefined && !(isInCommand && address.includes(masked))) return address;
      return isInCommand && part.instead !== "" ? placeholderOf(part) : part.instead;
    });
    return shown === masked ? "A message that quotes a secret value is left out." : shown;
  };
}
