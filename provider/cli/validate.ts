import { Command } from "commander";
import { declarationsOf } from "../stack/declare.ts";
import { readStack } from "../stack/read-stack.ts";
import { DefinitionError } from "../yaml/definition-error.ts";
import { printJson } from "./session.ts";

/** `siterecovery validate <files…>`: all that is wrong with stack definitions, without running anything. */
export function validateCommand(): Command {
  return new Command("validate")
    .description("check YAML stack definitions: schema, references, machines, disks, support matrix")
    .argument("<files...>", "stack definitions")
    .option("--json", "for scripts")
    .action((files: string[], flags: { json?: boolean }) => {
      const results = files.map((file) => {
        try {
          return { file, resources: declarationsOf(readStack(file)).length, findings: [] };
        } catch (error) {
          if (!(error instanceof DefinitionError)) throw error;
          if (flags.json !== true) process.stderr.write(`${error.format()}\n`);
          return { file, resources: 0, findings: error.findings };
        }
      });
      if (flags.json === true) printJson(results);
      for (const { file, resources, findings } of results) {
        if (findings.length > 0) process.exitCode = 1;
        else if (flags.json !== true)
          process.stdout.write(`${file}: right; it declares ${resources} resources\n`);
      }
    });
}
