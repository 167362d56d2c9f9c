import type { Kind } from "../kinds/kind.ts";

/** What a kind is called in the names of lookups: `ReplicationProtectedItem` is looked up by `getProtectedItem`. */
export function lookupWord({ className }: Kind): string {
  const word = className.replace(/^Replication(?=[A-Zv])/, "");
  return word[0]!.toUpperCase() + word.slice(1);
}

export function plural(word: string): string {
  return word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** The arguments that name a thing of a kind: its resource group and the names in its ARM path. */
export function pathArguments({ path }: Kind): string[] {
  return ["resourceGroupName", ...Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name!)];
}
