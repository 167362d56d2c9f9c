import { MachinePower } from "../engine/machine-power.ts";
import { CliCommand } from "./cli-command.ts";
import { limitOf } from "./limit-option.ts";
import { machineFolderNamed } from "./machine-named.ts";
import { printJson, printJsonLine } from "./session.ts";
import { onFirstSignal } from "./stoppable.ts";

interface ConsoleFlags {
  readonly follow?: boolean;
  readonly limit: string;
  readonly json?: boolean;
}

async function follow(power: MachinePower, folder: string, flags: ConsoleFlags): Promise<void> {
  const stop = new AbortController();
  const forget = onFirstSignal(() => stop.abort());
  try {
    for await (const line of power.followConsole(folder, stop.signal)) {
      if (flags.json === true) printJsonLine("console --follow", { line });
      else process.stdout.write(`${line}\n`);
    }
  } finally {
    forget();
  }
}

/** `siterecovery console <machine>`: what a guest has written to its serial console. */
export function consoleCommand(): CliCommand {
  return new CliCommand("console")
    .group("daily")
    .description("the last lines of the serial console of a machine that QEMU runs; it cannot be typed into")
    .argument("<machine>", "the machine's folder, or the name of its protected item")
    .option("--follow", "print all of its last run, and go on until Ctrl-C or until it is off")
    .option("--limit <count>", "how many lines", "40")
    .json("console")
    .jsonWith("console --follow", { isLines: true })
    .example("console web1 --follow", "watch web1 start")
    .action(async (name: string, flags: ConsoleFlags, command: CliCommand) => {
      const power = new MachinePower();
      const limit = limitOf(flags.limit);
      const folder = await machineFolderNamed(command, name);
      if (flags.follow === true) return follow(power, folder, flags);
      const lines = await power.consoleLines(folder, limit);
      if (flags.json === true) return printJson("console", { folder, lines });
      process.stdout.write(lines.length === 0 ? "Its console is empty.\n" : `${lines.join("\n")}\n`);
    });
}
