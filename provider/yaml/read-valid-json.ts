/** Reads a JSON file that a command wrote, and compares it with a JSON Schema. */
import { DefinitionError } from "./definition-error.ts";
import type { Finding } from "./finding.ts";
import { readFromDisk, readText, refuse } from "./read-text.ts";
import { schemaProblems } from "./read-valid-yaml.ts";

/** Fifty thousand machines of an inventory lock. */
const sizeMaxMebibytes = 64;
const start = { line: 1, column: 1 };

/** Throws a `DefinitionError` if the file is not there, is no JSON, or is not what the schema describes. */
export function readValidJson<Value>(file: string, schema: string): Value {
  const text = readText(file, readFromDisk, sizeMaxMebibytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    refuse(file, "", start, { rule: "yaml-syntax", message: `is not JSON: ${(error as Error).message}` });
  }
  const findings = schemaProblems(value, schema).map((problem): Finding => ({ ...problem, ...start, file }));
  if (findings.length > 0) throw new DefinitionError(findings, new Map());
  return value as Value;
}
