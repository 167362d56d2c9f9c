import { lockText } from "../stack/inventory-lock.ts";
import { lockInventories } from "../stack/lock-inventories.ts";
import { CliCommand } from "./cli-command.ts";
import { inventoryVcenterCommand } from "./inventory-vcenter.ts";
import { OutputOption } from "./output-option.ts";
import { printJson } from "./session.ts";
import { writeOutput } from "./write-output.ts";

/** `siterecovery inventory [files…]`: what the machines of definitions are, for a check where they are not. */
export function inventoryCommand(): CliCommand {
  return (
    new CliCommand("inventory")
      .group("definitions")
      .exits("notYet")
      .description("write the inventory lock of definitions: what their machines are, without their bytes")
      .argument("[files...]", "stack definitions", ["siterecovery.yaml"])
      .addOption(
        new OutputOption(
          "--output <file>",
          "where to write it; `validate` finds inventory.lock.json beside a definition",
        ),
      )
      .json("inventory")
      // Words after `vcenter` belong to that command.
      .enablePositionalOptions()
      .addCommand(inventoryVcenterCommand())
      .example("inventory --output inventory.lock.json", "a lock to commit beside the definition, for CI")
      .action((files: string[], flags: { output?: string; json?: boolean }) => {
        const { lock, left } = lockInventories(files);
        for (const reason of left) process.stderr.write(`left out ${reason}\n`);
        if (flags.json === true) {
          if (flags.output !== undefined) writeOutput(flags.output, lockText(lock));
          return printJson("inventory", { file: flags.output ?? null, lock, leftOut: left });
        }
        if (flags.output === undefined) return void process.stdout.write(lockText(lock));
        writeOutput(flags.output, lockText(lock));
        const count = lock.inventories.reduce((sum, { machines }) => sum + machines.length, 0);
        process.stdout.write(`${flags.output}: ${count} ${count === 1 ? "machine" : "machines"}\n`);
      })
  );
}
