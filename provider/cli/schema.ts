import fs from "node:fs";
import { packageSchema } from "../package-schema/package-schema.ts";
import { CliCommand } from "./cli-command.ts";
import { printJson } from "./session.ts";

/** `siterecovery schema`: prints the JSON Schema of stack definitions, or the schema of the Pulumi package. */
export function schemaCommand(): CliCommand {
  return new CliCommand("schema")
    .group("definitions")
    .json("schema")
    .example("schema > stack.schema.json", "for an editor that checks YAML")
    .description("print the JSON Schema of YAML stack definitions")
    .option("--pulumi", "the schema of the Pulumi package instead, for `pulumi package gen-sdk`")
    .action(({ pulumi }: { pulumi?: boolean }) => {
      if (pulumi === true) return printJson("schema", packageSchema());
      const file = new URL("../../schema/stack.schema.json", import.meta.url);
      process.stdout.write(fs.readFileSync(file, "utf8"));
    });
}
