/** What a shell completes: for each place in the tree of commands its subcommands, options and values. */
import { allNodes, type CommandNode, optionsOf } from "../command-tree.ts";

/** A word that can be typed, and what it means. */
export interface Word {
  readonly word: string;
  readonly what: string;
}

export interface Place {
  /** The words that lead here: `plan show`; empty for the root. */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly (Word & {
    /** Whether a value follows. */
    readonly takesValue: boolean;
    /** The values that there are, where they are known. */
    readonly choices: readonly string[];
  })[];
}

/** The options that take a value, each with its place. */
export function valuesOf(
  places: readonly Place[],
): { path: string; word: string; choices: readonly string[] }[] {
  return places.flatMap(({ path, options }) =>
    options.filter(({ takesValue }) => takesValue).map(({ word, choices }) => ({ path, word, choices })),
  );
}

/** Words between quotes of a shell; descriptions lose what a shell would read. */
function plain(text: string): string {
  return text.replaceAll(/[`'"\\$[\]]/g, "").replaceAll(":", " -");
}

export function placesOf(root: CommandNode): Place[] {
  const home = { word: "--home", what: "the home of the engine", takesValue: true, choices: [] };
  return allNodes(root).map((node) => ({
    path: node.words.join(" "),
    commands: node.children.map(({ command }) => ({
      word: command.name(),
      what: plain(command.description()),
    })),
    options: [
      ...optionsOf(node).flatMap(({ long, description, required, optional, argChoices }) =>
        long === undefined || long === null
          ? []
          : [
              {
                word: long,
                what: plain(description),
                takesValue: required || optional,
                choices: argChoices ?? [],
              },
            ],
      ),
      ...(node.words.length > 0 ? [home] : []),
    ],
  }));
}
