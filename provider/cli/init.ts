import fs from "node:fs";
import path from "node:path";
import { Option } from "commander";
import { SiteRecoveryError } from "../errors.ts";
import { CliCommand } from "./cli-command.ts";
import { OutputOption, requireOutput } from "./output-option.ts";
import { printJson } from "./session.ts";
import { defineMachines } from "../stack/define-machines.ts";
import { lookAround } from "../stack/look-around.ts";
import { type FlowNumber, flowNames, startingDefinition } from "../stack/starting-definition.ts";

const flows = Object.keys(flowNames) as FlowNumber[];

function flowOf(text: string): FlowNumber {
  return flows.find((flow) => flow === text || flowNames[flow] === text)!;
}

/** Fails if the file exists, so that no definition is overwritten. */
function writeNew(file: string, text: string, overwrite: boolean): void {
  try {
    fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    fs.writeFileSync(file, text, { flag: overwrite ? "w" : "wx" });
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const hint = isThere ? "is there already; name another file, or add --force" : (cause as Error).message;
    throw new SiteRecoveryError("InvalidInput", `${file}: ${hint}.`, { cause });
  }
}

/** `siterecovery init [inventories…]`: writes a definition to start from. Asks nothing. */
export function initCommand(): CliCommand {
  return new CliCommand("init")
    .group("definitions")
    .json("init")
    .example("init machines/hv1", "a definition of the machines in that folder")
    .description(
      "write a starting definition, and machine.yaml for folders that have images and none yet, from libvirt, OVF or VMX files where there are any",
    )
    .argument("[inventories...]", "folders of machines; without any, an empty one named primary is made")
    .addOption(
      new Option("--flow <flow>", "S1 to S6, or its name")
        .choices([...flows, ...flows.map((flow) => flowNames[flow])])
        .default("S3"),
    )
    .addOption(new OutputOption("--output <file>", "where to write it").default("siterecovery.yaml"))
    .option("--force", "overwrite what is there")
    .action(
      (inventories: string[], flags: { flow: string; output: string; force?: boolean; json?: boolean }) => {
        // Also for the default name, in whatever folder this is, and before machine.yaml is written anywhere.
        requireOutput(flags.output);
        const folder = path.dirname(path.resolve(flags.output));
        const isEmpty = inventories.length === 0;
        const machines = inventories.flatMap(defineMachines);
        const defined = machines.flatMap((machine) => ("file" in machine ? [machine] : []));
        const refused = machines.flatMap((machine) => ("refused" in machine ? [machine.refused] : []));
        for (const { file, notes } of flags.json === true ? [] : defined)
          process.stdout.write(`${file}: written. ${notes.join(" ")} Correct it where it is wrong.\n`);
        const found = isEmpty
          ? { inventories: [{ name: "primary", folder: "primary" }], machines: [], networks: [], left: [] }
          : lookAround(inventories, flags.output);
        const { text, folders } = startingDefinition(flowOf(flags.flow), found);
        writeNew(flags.output, text, flags.force === true);
        for (const name of [...folders, ...(isEmpty ? ["primary"] : [])])
          fs.mkdirSync(path.join(folder, name), { recursive: true });
        const left = [...refused, ...found.left];
        for (const reason of left) process.stderr.write(`left out ${reason}\n`);
        const count = found.machines.length;
        if (flags.json === true) {
          const written = defined.map(({ file, notes }) => ({ file, notes }));
          return printJson("init", {
            file: flags.output,
            machineCount: count,
            leftOut: left,
            machineDefinitions: written,
          });
        }
        if (count === 0 && !isEmpty && left.length === 0)
          process.stderr.write(
            `No machine is in ${inventories.join(", ")}. A machine is a folder in it with a raw image (*.img, *.raw) for each disk: see docs/machine-yaml.md.\n`,
          );
        process.stdout.write(
          `${flags.output}: ${count} ${count === 1 ? "machine" : "machines"}; check it with siterecovery validate ${flags.output}\n`,
        );
      },
    );
}
