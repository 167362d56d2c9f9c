/** Reads a definition and all that it includes into one, and remembers the file of each entry. */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import { DefinitionError } from "../yaml/definition-error.ts";
import type { Finding } from "../yaml/finding.ts";
import { readUsableYaml, type ValidYaml } from "../yaml/read-valid-yaml.ts";
import type { RuleId } from "../rules/registry.ts";
import type { Repaired } from "./doubts.ts";
import { resolveInclude } from "./resolve-include.ts";
import { listNames, MergedSource, type StackSource } from "./stack-source.ts";
import type { StackDefinition } from "./stack-definition.ts";

/** A definition with more files was not written by hand. */
const filesMax = 200;

/** A file of a definition; what is missing in it is in another one. */
export type Written = Partial<Omit<StackDefinition, "azure">> & {
  readonly azure?: Partial<StackDefinition["azure"]>;
};

type File = ValidYaml<Written>;

function listOf(value: Written, name: string): readonly unknown[] {
  const [first = "", second] = name.split(".");
  const outer = (value as Readonly<Record<string, unknown>>)[first];
  const list =
    second === undefined ? outer : (outer as Readonly<Record<string, unknown>> | undefined)?.[second];
  return (list as readonly unknown[] | undefined) ?? [];
}

class Reader {
  readonly files: File[] = [];
  /** What keeps a definition from being looked at as a whole, and what does not. */
  readonly findings: Finding[] = [];
  readonly mild: Finding[] = [];
  readonly repairs: Repaired[] = [];
  readonly texts = new Map<string, string>();
  readonly #seen = new Set<string>();
  readonly #root: string;

  constructor(root: string) {
    this.#root = path.dirname(root);
  }

  read(file: string, schema: string, chain: readonly string[]): void {
    let yaml: File;
    try {
      const usable = readUsableYaml<Written>(file, schema);
      yaml = usable.yaml;
      this.mild.push(...usable.findings);
      this.repairs.push(...usable.repairs.map((path) => ({ file, path })));
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      this.findings.push(...error.findings);
      for (const [name, text] of error.texts) this.texts.set(name, text);
      return;
    }
    this.texts.set(file, yaml.text);
    this.files.push(yaml);
    const real = localFileSystem.realPath(file);
    this.#seen.add(real);
    for (const [index, entry] of (yaml.value.include ?? []).entries()) {
      this.#include(yaml, { entry, index }, [...chain, real]);
    }
  }

  #include(yaml: File, { entry, index }: { entry: string; index: number }, chain: readonly string[]): void {
    const report = (rule: RuleId, message: string): void => {
      const place = yaml.positionOf(["include", index]);
      this.findings.push({ rule, file: yaml.file, ...place, property: `include[${index}]`, message });
    };
    const found = resolveInclude(entry, { folder: path.dirname(yaml.file), root: this.#root });
    if (!Array.isArray(found)) return report(found.rule, found.message);
    for (const file of found) {
      const real = localFileSystem.realPath(file);
      if (chain.includes(real)) {
        // A pattern that matches its own file means the others.
        if (found.length > 1 && real === chain.at(-1)) continue;
        report("include-cycle", `'${entry}' includes a file that includes this one; take one of the two out`);
      } else if (!this.#seen.has(real)) {
        if (this.#seen.size >= filesMax)
          return report(
            "include-too-many",
            `'${entry}' makes more than ${filesMax} files; join some of them`,
          );
        this.read(file, "stack-part", chain);
      }
    }
  }
}

export interface ReadFiles {
  readonly value: Written;
  readonly source: StackSource;
  /** What is wrong with the form of files, and does not keep what they say from being checked. */
  readonly findings: readonly Finding[];
  /** What had to be put in the place of something that is wrong. */
  readonly repairs: readonly Repaired[];
}

/** Throws a `DefinitionError` where there is no going on: the form of a file, or what is included. */
export function readFiles(file: string): ReadFiles {
  const reader = new Reader(file);
  reader.read(file, "stack", []);
  const { files, mild, texts, repairs } = reader;
  const findings = [...reader.findings];
  const [root] = files;
  if (findings.length > 0 || root === undefined) throw new DefinitionError([...findings, ...mild], texts);
  if (files.length > 1) {
    for (const key of ["policies", "sites"] as const) {
      if (files.some(({ value }) => value[key] !== undefined)) continue;
      const message = "is required and is missing, in this file and in those that it includes";
      findings.push({ rule: "missing-property", file, ...root.positionOf([]), property: key, message });
    }
    if (findings.length > 0) throw new DefinitionError([...findings, ...mild], texts);
  }
  const source = new MergedSource(root);
  const lists = new Map<string, unknown[]>();
  for (const name of listNames) {
    for (const one of files) {
      const list = listOf(one.value, name);
      source.add(one, name, list.length);
      if (list.length > 0) lists.set(name, [...(lists.get(name) ?? []), ...list]);
    }
  }
  const azure: Record<string, unknown> = {};
  const value: Record<string, unknown> = { ...root.value, azure };
  delete value["include"];
  for (const [name, list] of lists) {
    const [first = "", second] = name.split(".");
    if (second === undefined) value[first] = list;
    else azure[second] = list;
  }
  return { value: value as Written, source, findings: mild, repairs };
}
