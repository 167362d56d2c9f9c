import path from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { programOf } from "../../generate/type-reader.ts";
import { schemaOf } from "../../provider/handlers/check-schema.ts";
import { type KindName, kindNames } from "../../provider/kinds/kind.ts";

// A property of the type that the schema does not know could be written in a program and would then be refused;
// the other way round it could be written in YAML only.

const folder = path.resolve(import.meta.dirname, "../../provider/kinds");
const files = kindNames.map((kind) => path.join(folder, `${kind}.ts`));
const program = programOf(files);
const checker = program.getTypeChecker();

function inputsType(kind: KindName): ts.Type {
  const source = program.getSourceFile(path.join(folder, `${kind}.ts`))!;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
  const symbol = exported.find((one) => one.name.endsWith("Inputs"))!;
  return checker.getDeclaredTypeOfSymbol(symbol);
}

/** All property paths of a type; an optional one ends in a question mark. */
function* typePaths(type: ts.Type, at: string): Generator<string> {
  const parts = (type.isUnion() ? type.types : [type]).filter(
    (part) => !(part.flags & ts.TypeFlags.Undefined),
  );
  for (const part of parts) {
    const item = checker.isArrayType(part)
      ? checker.getTypeArguments(part as ts.TypeReference)[0]
      : undefined;
    if (item) yield* typePaths(item, `${at}[]`);
    else if (part.flags & ts.TypeFlags.Object) {
      for (const property of checker.getPropertiesOfType(part)) {
        const optional = property.flags & ts.SymbolFlags.Optional ? "?" : "";
        const inner = at === "" ? property.name : `${at}.${property.name}`;
        yield inner + optional;
        yield* typePaths(checker.getTypeOfSymbol(property), inner);
      }
    }
  }
}

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Record<string, Schema>;
}

function* schemaPaths(root: Schema, schema: Schema, at: string): Generator<string> {
  if (schema.$ref) return yield* schemaPaths(root, root.$defs![schema.$ref.split("/").at(-1)!]!, at);
  if (schema.items) yield* schemaPaths(root, schema.items, `${at}[]`);
  for (const branch of schema.oneOf ?? []) yield* schemaPaths(root, branch, at);
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const name = at === "" ? key : `${at}.${key}`;
    yield name + (schema.required?.includes(key) ? "" : "?");
    yield* schemaPaths(root, inner, name);
  }
}

describe("schema and argument types say the same", () => {
  test.each(kindNames)("%s", (kind) => {
    const schema = schemaOf(kind) as Schema;
    const written = new Set(typePaths(inputsType(kind), ""));
    expect(written.size).toBeGreaterThan(2);
    expect([...new Set(schemaPaths(schema, schema, ""))].sort()).toEqual([...written].sort());
  });
});
