import fs from "node:fs";
import type { Conversion } from "../convert/convert.ts";
import { SiteRecoveryError } from "../errors.ts";
import { CliCommand } from "./cli-command.ts";
import { openSession, printJson } from "./session.ts";
import { OutputOption } from "./output-option.ts";
import { writeOutput } from "./write-output.ts";

interface ConvertFlags {
  readonly output?: string;
  readonly resourceGroup?: string;
  readonly force?: boolean;
  readonly live?: boolean;
  readonly vault?: string;
  readonly parameters?: readonly string[];
  readonly json?: boolean;
}

const modeline = "# yaml-language-server: $schema=./node_modules/siterecovery/schema/stack.schema.json\n";

function refuseToReplace(file: string): void {
  if (!fs.existsSync(file)) return;
  const message = `${file} is there already. Name another file, or replace it with --force.`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: file });
}

async function conversionOf(
  source: string | undefined,
  flags: ConvertFlags,
  command: CliCommand,
): Promise<Conversion> {
  const file = flags.output ?? "siterecovery.yaml";
  if ((source === undefined) === (flags.live !== true)) {
    const message = "Name one source: a JSON file, or --live for what the engine has.";
    throw new SiteRecoveryError("InvalidInput", message, { property: "--live" });
  }
  const { resourceGroup, vault } = flags;
  // No other command needs these, and all of them would load them.
  if (source === undefined) {
    const { convertLive } = await import("./convert-live.ts");
    return convertLive(await openSession(command), { file, vault });
  }
  const { convertFile } = await import("./convert-file.ts");
  return convertFile(source, { file, resourceGroup, vault }, flags.parameters);
}

/** `siterecovery convert <source>`: a definition from a Pulumi stack's state, an ARM template, or the engine. */
export function convertCommand(): CliCommand {
  return new CliCommand("convert")
    .group("definitions")
    .exits("notYet")
    .json("convert")
    .example("convert state.json --output my-stack.yaml", "from `pulumi stack export`")
    .example("convert --live --output my-stack.yaml", "from what the engine has now")
    .description("make a definition from a Pulumi state (`pulumi stack export`) or an exported ARM template")
    .argument("[source]", "the JSON file; - for standard input")
    .option("--live", "of what the engine has now, instead of a file")
    .addOption(
      new OutputOption("--output <file>", "where to write the definition (default: standard output)"),
    )
    .option("--resource-group <name>", "the resource group that an ARM template is deployed in")
    .option(
      "--parameters <given...>",
      "parameter files of an ARM template, or parameters as name=value; later ones win",
    )
    .option("--vault <name>", "which of several vaults (default: the first one)")
    .option("--force", "replace the file that is there")
    .action(async (source: string | undefined, flags: ConvertFlags, command: CliCommand) => {
      if (flags.output !== undefined && flags.force !== true) refuseToReplace(flags.output);
      const { definition, notes } = await conversionOf(source, flags, command);
      const { definitionText } = await import("../convert/convert.ts");
      const text = `${modeline}${definitionText(definition)}`;
      if (flags.output !== undefined) writeOutput(flags.output, text);
      else if (flags.json !== true) process.stdout.write(text);
      if (flags.json === true) printJson("convert", { file: flags.output ?? null, definition, notes });
      for (const note of notes) process.stderr.write(`note: ${note}\n`);
    });
}
