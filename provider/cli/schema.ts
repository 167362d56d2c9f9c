import fs from "node:fs";
import { Command } from "commander";

/** `siterecovery schema`: prints the JSON Schema of stack definitions, for editors and other tools. */
export function schemaCommand(): Command {
  return new Command("schema").description("print the JSON Schema of YAML stack definitions").action(() => {
    const file = new URL("../../schema/stack.schema.json", import.meta.url);
    process.stdout.write(fs.readFileSync(file, "utf8"));
  });
}
