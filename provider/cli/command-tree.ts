/** The tree of commands, as help pages, completion scripts and docs read it. */
import type { Argument, Command, Option } from "commander";
import { CliCommand } from "./cli-command.ts";

/** A command, with the words that call it: `["plan", "show"]`; none for the root. */
export interface CommandNode {
  readonly words: readonly string[];
  readonly command: CliCommand;
  readonly children: readonly CommandNode[];
}

/** Throws for a command that is not a `CliCommand`. */
export function commandTree(root: Command, words: readonly string[] = []): CommandNode {
  if (!(root instanceof CliCommand)) throw new Error(`${root.name()} is no CliCommand`);
  const children = root.commands.map((child) => commandTree(child, [...words, child.name()]));
  return { words, command: root, children };
}

/** All commands, those with subcommands too, the root first. */
export function allNodes(node: CommandNode): CommandNode[] {
  return [node, ...node.children.flatMap(allNodes)];
}

/** Options that help shows, `--help` among them. */
export function optionsOf({ command }: CommandNode): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

/** `[items...]` or `<item>`. */
export function argumentText(argument: Argument): string {
  const text = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${text}>` : `[${text}]`;
}

/** What follows the words: `<item> [options]`. */
export function usageOf({ command, children }: CommandNode): string {
  const parts = command.registeredArguments.map(argumentText);
  return [...parts, "[options]", ...(children.length > 0 ? ["[command]"] : [])].join(" ");
}
