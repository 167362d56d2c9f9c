/**
 * Makes `schema/cli/<command>.schema.json`: what each command prints with `--json`, from the types in provider/cli/json and their
 * docstrings. Run it (`npm run generate`) after a change of those types; a test compares the files with them.
 */
import path from "node:path";
import type { JsonOutputs } from "../provider/cli/json/outputs.ts";
import { type OutputSchema, programOf, TypeReader } from "./type-reader.ts";

const file = path.resolve(import.meta.dirname, "../provider/cli/json/outputs.ts");

export type CliSchema = OutputSchema & { readonly $schema: string; readonly title: string };

/** The name of an output's schema file: `plan show` → `plan-show`, `plan --dry-run` → `plan-dry-run`. */
export function schemaFileName(name: string): string {
  return `${name.replace(/^--/, "").replaceAll(/ (--)?/g, "-")}.schema.json`;
}

/** By the name of the output. */
export function cliSchemas(): Record<keyof JsonOutputs, CliSchema> {
  const program = programOf([file]);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file)!;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
  const outputs = checker.getDeclaredTypeOfSymbol(exported.find(({ name }) => name === "JsonOutputs")!);
  const reader = new TypeReader(checker);
  const entries = checker.getPropertiesOfType(outputs).map((symbol) => [
    symbol.name,
    {
      $schema: "http://json-schema.org/draft-07/schema#",
      title: `siterecovery ${symbol.name}`,
      ...reader.schemaOf(checker.getTypeOfSymbol(symbol), symbol.name),
    },
  ]);
  return Object.fromEntries(entries) as Record<keyof JsonOutputs, CliSchema>;
}
