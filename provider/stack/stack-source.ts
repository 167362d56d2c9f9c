/** Where each part of a definition is, whatever files it was put together from. */
import type { YamlFile, YamlPath } from "../yaml/read-yaml.ts";

type Positioned = Pick<YamlFile, "file" | "text" | "positionOf">;

export interface StackSource {
  readonly texts: ReadonlyMap<string, string>;
  /** The file that has a part of the definition, and its path in that file. */
  locate(path: YamlPath): { readonly yaml: Positioned; readonly path: YamlPath };
  /** The name of what a pattern was replaced by; `undefined` where the definition names the thing itself. */
  matchAt?(path: YamlPath): string | undefined;
}

/** Entries of a list that stand in one file, one after the other; the other files' entries follow. */
interface Stretch {
  readonly yaml: Positioned;
  readonly count: number;
}

/** The lists of a definition, by their path with dots. */
export const listNames = [
  "azure.storageAccounts",
  "azure.networks",
  "azure.processServers",
  "policies",
  "sites",
  "machines",
  "migrations",
  "clusters",
  "plans",
  "drills",
] as const;

export type ListName = (typeof listNames)[number];

/** A definition of one file or several ones, the lists of each added to those before it. */
export class MergedSource implements StackSource {
  readonly texts = new Map<string, string>();
  readonly #root: Positioned;
  readonly #stretches = new Map<string, Stretch[]>();

  constructor(root: Positioned) {
    this.#root = root;
    this.texts.set(root.file, root.text);
  }

  add(yaml: Positioned, name: ListName, count: number): void {
    this.texts.set(yaml.file, yaml.text);
    const stretches = this.#stretches.get(name) ?? [];
    stretches.push({ yaml, count });
    this.#stretches.set(name, stretches);
  }

  locate(path: YamlPath): { yaml: Positioned; path: YamlPath } {
    const at = path.findIndex((step) => typeof step === "number");
    const list = path.slice(0, Math.max(at, 0));
    let index = Number(path[at]);
    for (const { yaml, count } of this.#stretches.get(list.join(".")) ?? []) {
      if (index < count) return { yaml, path: [...list, index, ...path.slice(at + 1)] };
      index -= count;
    }
    return { yaml: this.#root, path };
  }
}

/** A definition in which patterns were replaced by what they match: `origins` says where each entry came from. */
export function withOrigins(
  source: StackSource,
  origins: ReadonlyMap<string, readonly YamlPath[]>,
  nameAt: (path: YamlPath) => string,
): StackSource {
  // Entries that several things come from.
  const shared = new Set<string>();
  for (const [list, entries] of origins) {
    const keys = entries.map((from) => `${list}:${from.join(".")}`);
    const seen = new Set<string>();
    for (const key of keys) (seen.has(key) ? shared : seen).add(key);
  }
  return {
    texts: source.texts,
    matchAt: (path) => {
      const length = path.findIndex((step) => typeof step === "number") + 1;
      const list = path.slice(0, length - 1).join(".");
      const from = origins.get(list)?.[Number(path[length - 1])];
      return from !== undefined && shared.has(`${list}:${from.join(".")}`)
        ? nameAt(path.slice(0, length))
        : undefined;
    },
    locate: (path) => {
      for (let length = path.length; length > 1; length -= 1) {
        const index = path[length - 1];
        if (typeof index !== "number") continue;
        const from = origins.get(path.slice(0, length - 1).join("."))?.[index];
        if (from !== undefined) return source.locate([...from, ...path.slice(length)]);
      }
      return source.locate(path);
    },
  };
}
