import { Argument } from "commander";
import { CliCommand } from "./cli-command.ts";
import { commandTree } from "./command-tree.ts";
import { printJson } from "./session.ts";
import { bashScript } from "./shell/bash.ts";
import { fishScript } from "./shell/fish.ts";
import { placesOf } from "./shell/words.ts";
import { zshScript } from "./shell/zsh.ts";

export const completionScripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

type Shell = keyof typeof completionScripts;

/** `siterecovery completion <shell>`: a script that completes commands, options and their values. It starts no process at a tab. */
export function completionCommand(): CliCommand {
  return new CliCommand("completion")
    .group("upkeep")
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "whose script").choices(Object.keys(completionScripts)))
    .json("completion")
    .example("completion bash > ~/.local/share/bash-completion/completions/siterecovery", "for bash")
    .example("completion fish > ~/.config/fish/completions/siterecovery.fish", "for fish")
    .action((shell: Shell, flags: { json?: boolean }, command: CliCommand) => {
      const script = completionScripts[shell](placesOf(commandTree(command.parent!)));
      if (flags.json === true) printJson("completion", { shell, script });
      else process.stdout.write(script);
    });
}
