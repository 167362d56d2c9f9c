import fs from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { default as addFormats } from "ajv-formats";
import { schemaFileName } from "../../generate/cli-schemas.ts";
import type { JsonOutputs } from "../../provider/cli/json/outputs.ts";

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
(addFormats as unknown as (ajv: Ajv) => void)(ajv);
const folder = path.resolve("schema/cli");
/** The schemas in schema/cli, compiled, by file name. */
export const schemaFiles = new Map(
  fs.readdirSync(folder).map((file) => {
    const text = fs.readFileSync(path.join(folder, file), "utf8");
    return [file, ajv.compile(JSON.parse(text) as object)] as const;
  }),
);

/** What is wrong with a command's output by its schema; empty if nothing is. */
export function schemaErrors(name: keyof JsonOutputs, document: unknown): unknown[] {
  const check = schemaFiles.get(schemaFileName(name))!;
  check(document);
  return check.errors ?? [];
}
