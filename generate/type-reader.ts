/** Schemas from TypeScript types and their docstrings. */
import ts from "typescript";

export interface OutputSchema {
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  items?: OutputSchema;
  oneOf?: OutputSchema[];
  properties?: Record<string, OutputSchema>;
  required?: string[];
  additionalProperties?: OutputSchema | boolean;
  discriminator?: { propertyName: string };
}

/** `protectedItemCount` → `Protected item count.`: for names that say it all. */
function sentence(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return `${words[0]!.toUpperCase()}${words.slice(1)}.`.replace(/\b(id|arm)\b/gi, (word) =>
    word.toLowerCase() === "arm" ? "ARM" : word,
  );
}

/** Whether a name is one of a time: `time`, `until`, `takenAt`, `timeOfOccurrence`. */
function isTime(name: string): boolean {
  return /^(time|until|timeOf[A-Z].*)$|At$/.test(name);
}

function orNull(schema: OutputSchema): OutputSchema {
  if (schema.type === undefined) return { ...schema, oneOf: [...(schema.oneOf ?? []), { type: "null" }] };
  return {
    ...schema,
    type: [schema.type, "null"].flat(),
    ...(schema.enum ? { enum: [...schema.enum, null] } : {}),
  };
}

/** A program of these files, to read types from. */
export function programOf(files: readonly string[]): ts.Program {
  return ts.createProgram(files, {
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    types: [],
  });
}

/** Numbers that have fractions; all others are whole. */
const fractions = new Set(["dataAgeSeconds", "measuredRpoSeconds", "measuredRtoSeconds"]);

/**
 * One object for all branches of a union: SDKs of some languages leave what may be of several types untyped, with keys
 * in the case of the wire. A property is required if each branch requires it. Throws if two branches disagree on one.
 */
function allOf(branches: readonly OutputSchema[], name: string): OutputSchema {
  const properties: Record<string, OutputSchema> = {};
  for (const [key, one] of branches.flatMap((branch) => Object.entries(branch.properties ?? {}))) {
    const isTag = key === "instanceType";
    const spec = isTag ? { type: "string", description: one.description! } : one;
    if (properties[key] && JSON.stringify(properties[key]) !== JSON.stringify(spec))
      throw new Error(`the branches of ${name} disagree on ${key}`);
    properties[key] = spec;
  }
  const required = Object.keys(properties).filter((key) =>
    branches.every((branch) => branch.required?.includes(key)),
  );
  return { type: "object", additionalProperties: false, required, properties };
}

/** Makes schemas of types, with the docstrings of their properties. */
export class TypeReader {
  readonly #checker: ts.TypeChecker;
  readonly #words: Readonly<Record<string, string>> | undefined;

  /**
   * `words`: what properties mean that have no docstring, by name. Without them, properties without a docstring have no
   * description, and strings are ISO 8601 times by their names, such as `takenAt`.
   */
  constructor(checker: ts.TypeChecker, words?: Readonly<Record<string, string>>) {
    this.#checker = checker;
    this.#words = words;
  }

  #union(parts: readonly ts.Type[], name: string): OutputSchema {
    if (parts.every((part) => part.isStringLiteral()))
      return { type: "string", enum: parts.map((part) => (part as ts.StringLiteralType).value) };
    if (parts.every((part) => part.flags & ts.TypeFlags.BooleanLiteral)) return { type: "boolean" };
    const oneOf = parts.map((part) => this.schemaOf(part, name));
    if (this.#words === undefined) return { oneOf };
    const isTagged = oneOf.every(({ properties }) => properties?.["instanceType"]?.const !== undefined);
    if (!isTagged) throw new Error(`${name} is a union, which an output cannot be in every language`);
    return allOf(oneOf, name);
  }

  #object(type: ts.Type): OutputSchema {
    const rest = this.#checker.getIndexInfoOfType(type, ts.IndexKind.String);
    if (rest) return { type: "object", additionalProperties: this.schemaOf(rest.type, "") };
    const properties: Record<string, OutputSchema> = {};
    const required: string[] = [];
    for (const symbol of this.#checker.getPropertiesOfType(type)) {
      const inner = this.schemaOf(this.#checker.getTypeOfSymbol(symbol), symbol.name);
      const written = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker));
      const docstring = written.replace(/\s+/g, " ").trim();
      const description = docstring || (this.#words?.[symbol.name] ?? (this.#words && sentence(symbol.name)));
      properties[symbol.name] = { ...inner, ...(description === undefined ? {} : { description }) };
      if (!(symbol.flags & ts.SymbolFlags.Optional)) required.push(symbol.name);
    }
    return { type: "object", additionalProperties: false, required, properties };
  }

  schemaOf(type: ts.Type, name: string): OutputSchema {
    const { flags } = type;
    if (type.isUnion()) {
      const absent = ts.TypeFlags.Undefined | ts.TypeFlags.Null;
      const parts = type.types.filter((part) => !(part.flags & absent));
      if (type.types.some((part) => part.flags & ts.TypeFlags.Null))
        return orNull(parts.length === 1 ? this.schemaOf(parts[0]!, name) : this.#union(parts, name));
      return parts.length === 1 ? this.schemaOf(parts[0]!, name) : this.#union(parts, name);
    }
    if (type.isStringLiteral()) return { type: "string", const: type.value };
    if (flags & ts.TypeFlags.Unknown) return {};
    if (flags & ts.TypeFlags.NonPrimitive) return { type: "object" };
    if (flags & ts.TypeFlags.BooleanLiteral)
      return { type: "boolean", const: this.#checker.typeToString(type) === "true" };
    if (flags & ts.TypeFlags.String && this.#words === undefined && isTime(name))
      return { type: "string", format: "date-time" };
    if (flags & ts.TypeFlags.String) return { type: "string" };
    if (flags & ts.TypeFlags.Boolean) return { type: "boolean" };
    if (flags & ts.TypeFlags.Number) {
      const isWhole = this.#words === undefined ? /(Count|Bytes)$/.test(name) : !fractions.has(name);
      return { type: isWhole ? "integer" : "number" };
    }
    if (this.#checker.isArrayType(type)) {
      const item = this.#checker.getTypeArguments(type as ts.TypeReference)[0]!;
      return { type: "array", items: this.schemaOf(item, name) };
    }
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return this.#object(type);
    throw new Error(`${name} has a type that an output cannot have: ${this.#checker.typeToString(type)}`);
  }
}
