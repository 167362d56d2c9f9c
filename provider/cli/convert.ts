import fs from "node:fs";
import { Command } from "commander";
import { type Conversion, convert } from "../convert/convert.ts";
import { SiteRecoveryError } from "../errors.ts";
import { writeYaml } from "../yaml/write-yaml.ts";
import { convertLive } from "./convert-live.ts";
import { openSession } from "./session.ts";
import { writeOutput } from "./write-output.ts";

interface ConvertFlags {
  readonly output?: string;
  readonly resourceGroup?: string;
  readonly force?: boolean;
  readonly live?: boolean;
}

const modeline = "# yaml-language-server: $schema=./node_modules/siterecovery/schema/stack.schema.json\n";

/** `-` is standard input. Throws `NotFound`. */
function readSource(source: string): string {
  try {
    return fs.readFileSync(source === "-" ? 0 : source, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SiteRecoveryError("NotFound", `${source} cannot be read: ${why}.`, { target: source });
  }
}

function refuseToReplace(file: string): void {
  if (!fs.existsSync(file)) return;
  const message = `${file} is there already. Name another file, or replace it with --force.`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: file });
}

async function conversionOf(
  source: string | undefined,
  flags: ConvertFlags,
  command: Command,
): Promise<Conversion> {
  const file = flags.output ?? "siterecovery.yaml";
  if ((source === undefined) === (flags.live !== true)) {
    const message = "Name one source: a JSON file, or --live for what the engine has.";
    throw new SiteRecoveryError("InvalidInput", message, { property: "--live" });
  }
  if (source === undefined) return convertLive(await openSession(command), file);
  return convert(readSource(source), source, { file, resourceGroup: flags.resourceGroup });
}

/** `siterecovery convert <source>`: a definition from a Pulumi stack's state, an ARM template, or the engine. */
export function convertCommand(): Command {
  return new Command("convert")
    .description("make a definition from a Pulumi state (`pulumi stack export`) or an exported ARM template")
    .argument("[source]", "the JSON file; - for standard input")
    .option("--live", "of what the engine has now, instead of a file")
    .option("--output <file>", "where to write the definition (default: standard output)")
    .option("--resource-group <name>", "the resource group that an ARM template stands for")
    .option("--force", "replace the file that is there")
    .action(async (source: string | undefined, flags: ConvertFlags, command: Command) => {
      if (flags.output !== undefined && flags.force !== true) refuseToReplace(flags.output);
      const { definition, notes } = await conversionOf(source, flags, command);
      const text = `${modeline}${writeYaml(definition)}`;
      if (flags.output === undefined) process.stdout.write(text);
      else writeOutput(flags.output, text);
      for (const note of notes) process.stderr.write(`note: ${note}\n`);
    });
}
