/**
 * A command with what help, man page, completion and docs/json.md need to know of it: its group, an example, and which
 * type its `--json` prints.
 */
import { Command } from "commander";
import { exitCodes, type ExitCodeName, exitCodeTexts } from "./exit-codes.ts";
import type { JsonOutputs } from "./json/outputs.ts";

/** Headings of the list of commands, in the order in which help shows them. */
export const commandGroups = {
  daily: "Every day:",
  emergency: "When it burns:",
  definitions: "Writing definitions:",
  upkeep: "Upkeep:",
} as const;

/** A command line that can be typed, and what it does. */
export interface Example {
  readonly line: string;
  readonly what: string;
}

export interface JsonOutput {
  /** Key of `JsonOutputs`. */
  readonly name: keyof JsonOutputs;
  /** The words that print it: `replicate --follow`. */
  readonly words: string;
  /** Whether it is printed many times, a line each. */
  readonly isLines: boolean;
}

export class CliCommand extends Command {
  readonly examples: Example[] = [];
  readonly jsonOutputs: JsonOutput[] = [];
  readonly exitCodeNames: ExitCodeName[] = [];

  constructor(name?: string) {
    super(name);
    this.exitOverride();
    this.showHelpAfterError("(add --help to see what there is)");
  }

  group(name: keyof typeof commandGroups): this {
    return this.helpGroup(commandGroups[name]);
  }

  /** An example below the help: the words after `siterecovery`. */
  example(line: string, what: string): this {
    this.examples.push({ line: `siterecovery ${line}`, what });
    return this;
  }

  /** Adds `--json`, which prints what `JsonOutputs` has under the name of the command. */
  json(name: keyof JsonOutputs, options: { isLines?: boolean } = {}): this {
    this.jsonOutputs.push({ name, words: name, isLines: options.isLines === true });
    return this.option("--json", "for scripts: JSON as docs/json.md describes it");
  }

  /** Another output of the same command, by an option. */
  jsonWith(name: keyof JsonOutputs, options: { isLines?: boolean } = {}): this {
    this.jsonOutputs.push({ name, words: name, isLines: options.isLines === true });
    return this;
  }

  /** The exit codes that this command has beside done, refused and usage. */
  exits(...names: readonly ExitCodeName[]): this {
    this.exitCodeNames.push(...names);
    return this;
  }

  override helpInformation(context?: { error: boolean }): string {
    const parts = [super.helpInformation(context)];
    if (this.exitCodeNames.length > 0) {
      const names = (Object.keys(exitCodes) as ExitCodeName[]).filter(
        (name) => exitCodes[name] <= exitCodes.usage || this.exitCodeNames.includes(name),
      );
      const rows = names.map((name) => `  ${String(exitCodes[name]).padEnd(4)} ${exitCodeTexts[name]}`);
      parts.push(`Exit codes:\n${rows.join("\n")}\n`);
    }
    if (this.examples.length > 0) {
      const rows = this.examples.map(({ line, what }) => `  ${line}\n      ${what}`);
      parts.push(`${this.examples.length > 1 ? "Examples" : "Example"}:\n${rows.join("\n")}\n`);
    }
    return parts.join("\n");
  }
}
