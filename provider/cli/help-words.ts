/** `siterecovery help plan failover`: help of a command at any depth, which Commander has for the first word only. */
import type { Command } from "commander";

/** How many of the words are options of the whole program and their values. */
function optionCount(root: Command, words: readonly string[]): number {
  let count = 0;
  while (words[count]?.startsWith("--") === true) {
    const option = root.options.find(({ long }) => long === words[count]);
    count += option?.required === true ? 2 : 1;
  }
  return count;
}

/**
 * The words that print the help which `words` ask for. A word that names no command is left to Commander, which says so.
 * Other words are returned as they are.
 */
export function helpWords(root: Command, words: readonly string[]): readonly string[] {
  const count = optionCount(root, words);
  const [first, ...path] = words.slice(count);
  if (first !== "help" || path.length === 0 || path.some((word) => word.startsWith("-"))) return words;
  const wanted = [...words.slice(0, count), ...path];
  let command = root;
  for (const word of path) {
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (next === undefined) return command.commands.length === 0 ? [...wanted, "--help"] : wanted;
    command = next;
  }
  return [...wanted, "--help"];
}
