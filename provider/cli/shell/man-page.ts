/** The manual page, as `man` reads it. */
import { commandGroups } from "../cli-command.ts";
import { type CommandNode, optionsOf, usageOf } from "../command-tree.ts";
import { exitCodes, type ExitCodeName, exitCodeTexts } from "../exit-codes.ts";

/** Text in roff: nothing of it is a request or an escape. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replace(/^\./gm, "\\&.");
}

function item(label: string, text: string): string {
  return `.TP\n.B ${roff(label)}\n${roff(text)}`;
}

function optionText({ flags, description, argChoices }: ReturnType<typeof optionsOf>[number]): string {
  const choices = argChoices === undefined ? "" : ` One of: ${argChoices.join(", ")}.`;
  return item(flags, `${description}.${choices}`);
}

function commandText(node: CommandNode): string {
  const { command, words } = node;
  const options = optionsOf(node).filter(({ long }) => long !== "--help" && long !== "--json");
  const examples = command.examples.map(
    ({ line, what }) => `.RS\n.nf\n${roff(line)}\n.fi\n${roff(what)}.\n.RE`,
  );
  return [
    item([...words, usageOf(node)].join(" "), `${command.description()}.`),
    ...(options.length > 0 ? [".RS", ...options.map(optionText), ".RE"] : []),
    ...examples,
    ...node.children.map(commandText),
  ].join("\n");
}

/** `version`: as in package.json. */
export function manPage(root: CommandNode, version: string): string {
  const groups = Object.values(commandGroups).map((heading) => {
    const commands = root.children.filter(({ command }) => command.helpGroup() === heading);
    return [`.SS ${roff(heading.replace(":", ""))}`, ...commands.map(commandText)].join("\n");
  });
  const codes = (Object.keys(exitCodes) as ExitCodeName[]).map((name) =>
    item(String(exitCodes[name]), `${exitCodeTexts[name]}.`),
  );
  return `${[
    `.TH SITERECOVERY 1 "" "siterecovery ${version}"`,
    ".SH NAME",
    "siterecovery \\- see and steer what pulumi up protects",
    ".SH SYNOPSIS",
    ".B siterecovery",
    roff("[--home <folder>] <command> [options]"),
    ".SH DESCRIPTION",
    roff(
      "Disaster recovery as code. The commands look at the engine's home and steer what it protects: replication, drills, failover, failback. " +
        "Every command has --json, which prints what docs/json.md describes, and --help.",
    ),
    ".SH OPTIONS",
    ...optionsOf(root).map(optionText),
    ".SH COMMANDS",
    ...groups,
    ".SH EXIT STATUS",
    ...codes,
    ".SH ENVIRONMENT",
    item("SITERECOVERY_HOME", "the engine's home folder, if --home is not given."),
    item("NO_COLOR", "no colours."),
  ].join("\n")}\n`;
}
