/**
 * Writes `schema/outputs/<kind>.schema.json`: what a resource of each kind puts out, from the `…Outputs` types in
 * provider/kinds and their docstrings; what those leave out is in output-words.ts. Run it (`npm run generate`) after a change of those types; a test holds the
 * files against them.
 */
import path from "node:path";
import { schemaOf } from "../provider/handlers/check-schema.ts";
import { type KindName, kindNames } from "../provider/kinds/kind.ts";
import type { JsonSchema } from "../provider/schemas/json-schema.ts";
import { outputWords } from "./output-words.ts";
import { type OutputSchema, programOf, TypeReader } from "./type-reader.ts";

const folder = path.resolve(import.meta.dirname, "../provider/kinds");

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

function wordsOf(kind: KindName): Record<string, string> {
  return { ...argumentWords(schemaOf(kind) as JsonSchema), ...outputWords };
}

/** The schemas of all kinds' outputs. Throws for a kind without an `…Outputs` type. */
export function outputSchemas(): Record<KindName, OutputSchema> {
  const files = kindNames.map((kind) => path.join(folder, `${kind}.ts`));
  const program = programOf(files);
  const checker = program.getTypeChecker();
  const entries = kindNames.map((kind) => {
    const source = program.getSourceFile(path.join(folder, `${kind}.ts`))!;
    const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
    const symbol = exported.find(({ name }) => name.endsWith("Outputs"));
    if (!symbol) throw new Error(`provider/kinds/${kind}.ts exports no type of its outputs`);
    return [
      kind,
      new TypeReader(checker, wordsOf(kind)).schemaOf(checker.getDeclaredTypeOfSymbol(symbol), kind),
    ] as const;
  });
  return Object.fromEntries(entries) as Record<KindName, OutputSchema>;
}
