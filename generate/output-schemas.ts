/**
 * Writes `schema/outputs/<kind>.schema.json`: what a resource of each kind puts out, from the `…Outputs` types in
 * provider/kinds and their docstrings; what those leave out is in output-words.ts. Run it (`npm run generate`) after a change of those types; a test holds the
 * files against them.
 */
import path from "node:path";
import ts from "typescript";
import { schemaOf } from "../provider/handlers/check-schema.ts";
import { type KindName, kindNames } from "../provider/kinds/kind.ts";
import type { JsonSchema } from "../provider/schemas/json-schema.ts";
import { outputWords } from "./output-words.ts";

export interface OutputSchema {
  type?: string;
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

const folder = path.resolve(import.meta.dirname, "../provider/kinds");

/** `protectedItemCount` → `Protected item count.`: for names that say it all. */
function sentence(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return `${words[0]!.toUpperCase()}${words.slice(1)}.`.replace(/\b(id|arm)\b/gi, (word) =>
    word.toLowerCase() === "arm" ? "ARM" : word,
  );
}

/** What the arguments of a kind mean, by name, at every depth. */
function argumentWords(schema: JsonSchema): Record<string, string> {
  const parts = [
    ...Object.values(schema.properties ?? {}),
    ...Object.values(schema.$defs ?? {}),
    ...(schema.oneOf ?? []),
    ...(schema.items ? [schema.items] : []),
  ];
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, { description }]) =>
    description === undefined ? [] : [[name, description] as const],
  );
  return Object.assign({}, ...parts.map(argumentWords), Object.fromEntries(own)) as Record<string, string>;
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

class TypeReader {
  readonly #checker: ts.TypeChecker;
  readonly #words: Readonly<Record<string, string>>;

  constructor(checker: ts.TypeChecker, kind: KindName) {
    this.#checker = checker;
    this.#words = { ...argumentWords(schemaOf(kind) as JsonSchema), ...outputWords };
  }

  #union(parts: readonly ts.Type[], name: string): OutputSchema {
    if (parts.every((part) => part.isStringLiteral()))
      return { type: "string", enum: parts.map((part) => (part as ts.StringLiteralType).value) };
    if (parts.every((part) => part.flags & ts.TypeFlags.BooleanLiteral)) return { type: "boolean" };
    const oneOf = parts.map((part) => this.schemaOf(part, name));
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
      properties[symbol.name] = {
        ...inner,
        description:
          written.replace(/\s+/g, " ").trim() || (this.#words[symbol.name] ?? sentence(symbol.name)),
      };
      if (!(symbol.flags & ts.SymbolFlags.Optional)) required.push(symbol.name);
    }
    return { type: "object", additionalProperties: false, required, properties };
  }

  schemaOf(type: ts.Type, name: string): OutputSchema {
    const { flags } = type;
    if (type.isUnion()) {
      const parts = type.types.filter((part) => !(part.flags & ts.TypeFlags.Undefined));
      return parts.length === 1 ? this.schemaOf(parts[0]!, name) : this.#union(parts, name);
    }
    if (type.isStringLiteral()) return { type: "string", const: type.value };
    if (flags & ts.TypeFlags.String) return { type: "string" };
    if (flags & ts.TypeFlags.Boolean) return { type: "boolean" };
    if (flags & ts.TypeFlags.Number) return { type: fractions.has(name) ? "number" : "integer" };
    if (this.#checker.isArrayType(type)) {
      const item = this.#checker.getTypeArguments(type as ts.TypeReference)[0]!;
      return { type: "array", items: this.schemaOf(item, name) };
    }
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return this.#object(type);
    throw new Error(`${name} has a type that an output cannot have: ${this.#checker.typeToString(type)}`);
  }
}

/** The schemas of all kinds' outputs. Throws for a kind without an `…Outputs` type. */
export function outputSchemas(): Record<KindName, OutputSchema> {
  const files = kindNames.map((kind) => path.join(folder, `${kind}.ts`));
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    types: [],
  });
  const checker = program.getTypeChecker();
  const entries = kindNames.map((kind) => {
    const source = program.getSourceFile(path.join(folder, `${kind}.ts`))!;
    const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
    const symbol = exported.find(({ name }) => name.endsWith("Outputs"));
    if (!symbol) throw new Error(`provider/kinds/${kind}.ts exports no type of its outputs`);
    return [
      kind,
      new TypeReader(checker, kind).schemaOf(checker.getDeclaredTypeOfSymbol(symbol), kind),
    ] as const;
  });
  return Object.fromEntries(entries) as Record<KindName, OutputSchema>;
}
