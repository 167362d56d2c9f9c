/** `siterecovery power on|off|show`: machines that QEMU runs are started, shut down and looked at. */
import { MachinePower, type MachinePowerView } from "../engine/machine-power.ts";
import { CliCommand } from "./cli-command.ts";
import type { PowerJson } from "./json/power.ts";
import { machineFolderNamed } from "./machine-named.ts";
import { printJson } from "./session.ts";
import { stoppable } from "./stoppable.ts";

const machineArgument = ["<machine>", "the machine's folder, or the name of its protected item"] as const;

function textOf({ name, folder, power, isRunByQemu }: MachinePowerView): string {
  return `${name} is ${power}${isRunByQemu ? "" : " (as its file power-state says; no guest runs)"}: ${folder}\n`;
}

function showCommand(): CliCommand {
  return new CliCommand("show")
    .description("whether a machine runs")
    .argument(...machineArgument)
    .json("power show")
    .example("power show inventory/hv1/web1", "whether this machine runs")
    .action(async (name: string, flags: { json?: boolean }, command: CliCommand) => {
      const view = await new MachinePower().show(await machineFolderNamed(command, name));
      if (flags.json === true) return printJson("power show", view satisfies PowerJson);
      process.stdout.write(textOf(view));
    });
}

function onCommand(): CliCommand {
  return new CliCommand("on")
    .description("start a machine, which then runs on when the command has ended")
    .argument(...machineArgument)
    .option("--wait", "wait until the guest says that it works, as `ready` in its machine.yaml wants it")
    .json("power on")
    .example("power on inventory/hv1/web1 --wait", "start it, and print what it says when it works")
    .action(async (name: string, flags: { wait?: boolean; json?: boolean }, command: CliCommand) => {
      const power = new MachinePower();
      const folder = await machineFolderNamed(command, name);
      const changed = await power.on(folder);
      const view = await power.show(folder);
      const guest =
        flags.wait === true
          ? await stoppable(view.name, (progress) => power.whenReady(folder, progress))
          : undefined;
      if (flags.json === true) return printJson("power on", { ...view, changed, word: guest?.word ?? null });
      process.stdout.write(changed ? textOf(view) : `${view.name} was running already: ${view.folder}\n`);
      if (guest?.word !== undefined) process.stdout.write(`its guest says: ${guest.word}\n`);
    });
}

function offCommand(): CliCommand {
  return new CliCommand("off")
    .description("ask the guest of a machine to shut down, and wait until it is off")
    .argument(...machineArgument)
    .json("power off")
    .example("power off web1", "shut down the machine of the protected item web1")
    .action(async (name: string, flags: { json?: boolean }, command: CliCommand) => {
      const power = new MachinePower();
      const folder = await machineFolderNamed(command, name);
      const changed = await power.off(folder);
      const view = await power.show(folder);
      if (flags.json === true) return printJson("power off", { ...view, changed });
      process.stdout.write(changed ? textOf(view) : `${view.name} was off already: ${view.folder}\n`);
    });
}

/** `siterecovery power`: of one machine at a time. */
export function powerCommand(): CliCommand {
  return new CliCommand("power")
    .group("daily")
    .description("start a machine that QEMU runs, shut it down, or see whether it runs")
    .addCommand(onCommand())
    .addCommand(offCommand())
    .addCommand(showCommand());
}
