/** Collects what is wrong with a definition, each with its place. */
import { nearestWord } from "../schemas/nearest.ts";
import { type RuleId, rules } from "../rules/registry.ts";
import { DefinitionError } from "../yaml/definition-error.ts";
import type { Finding } from "../yaml/finding.ts";
import { FindingList } from "../yaml/finding-list.ts";
import { Doubts } from "./doubts.ts";
import type { StackSource } from "./stack-source.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";

/** Names that are compared with a wrong one, in all findings of a definition together. */
export const comparedMax = 50_000;
const listedMax = 20;

/** `["machines", 0, "site"]` → `machines[0].site`. */
function propertyAt(path: YamlPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

export class Findings {
  readonly list: Finding[] = [];
  #compared = 0;
  readonly #source: StackSource;
  readonly #texts: Map<string, string>;

  /** Whether the form of all files is right; what is wrong with it is reported already. */
  readonly isFormRight: boolean;

  readonly #doubts: Doubts;
  /** By rule and place: mistakes in patterns, which are reported once however many machines they match. */
  readonly #patterns = new Map<
    string,
    { readonly first: string; readonly others: Set<string>; readonly at: number }
  >();

  constructor(source: StackSource, ofForm: readonly Finding[] = [], doubts = new Doubts([])) {
    this.#source = source;
    this.#doubts = doubts;
    this.#texts = new Map(source.texts);
    this.list.push(...ofForm);
    this.isFormRight = ofForm.length === 0;
  }

  /** What is wrong with another file, such as a machine.yaml. Told once, however many things refer to it. */
  takeOver({ findings, texts }: DefinitionError): void {
    const isNew = [...texts.keys()].some((file) => !this.#texts.has(file));
    if (isNew) this.list.push(...findings);
    for (const [file, text] of texts) this.#texts.set(file, text);
  }

  /**
   * What is advised. Throws a `DefinitionError` with all errors when there are any: advice waits until they are mended,
   * since much of it would only follow from them, such as a machine that is in no plan because its name is misspelt there.
   */
  settle(): FindingList {
    for (const { first, others, at } of this.#patterns.values()) {
      const finding = this.list[at]!;
      const count = others.size === 0 ? first : `${first} and ${others.size} more`;
      this.list[at] = { ...finding, message: `${finding.message} (${count})` };
    }
    this.#patterns.clear();
    const errors = this.list.filter(({ rule }) => rules[rule].severity === "error");
    if (errors.length > 0) throw new DefinitionError(errors, this.#texts);
    return new FindingList(this.list, this.#texts);
  }

  add(rule: RuleId, path: YamlPath, message: string): void {
    const { yaml, path: inFile } = this.#source.locate(path);
    if (this.#doubts.covers(rule, yaml.file, inFile)) return;
    const property = propertyAt(inFile);
    const match = this.#source.matchAt?.(path);
    if (match !== undefined && this.#repeats(`${rule} ${yaml.file} ${property}`, match)) return;
    this.list.push({ rule, file: yaml.file, ...yaml.positionOf(inFile), property, message });
  }

  /** Counts a mistake of a pattern, and returns whether it is reported already, for the first machine that it matches. */
  #repeats(key: string, match: string): boolean {
    const known = this.#patterns.get(key);
    if (known === undefined)
      this.#patterns.set(key, { first: match, others: new Set(), at: this.list.length });
    if (known === undefined || known.first === match) return false;
    known.others.add(match);
    return true;
  }

  /**
   * What might have been meant: the nearest name, or some of those there are. Looking for the nearest one of ten
   * thousand takes milliseconds; of ten thousand wrong names the first get it.
   */
  hint(name: string, known: readonly string[]): string {
    const isAffordable = this.#compared + known.length <= comparedMax;
    if (isAffordable) this.#compared += known.length;
    const near = isAffordable ? nearestWord(name, known) : undefined;
    if (near !== undefined) return `did you mean '${near}'?`;
    if (known.length === 0) return "there is none";
    const more = known.length > listedMax ? ` and ${known.length - listedMax} more` : "";
    return `there are ${known.slice(0, listedMax).join(", ")}${more}`;
  }

  /** A name that refers to something: it must be one of those there are. */
  requireName(rule: RuleId, path: YamlPath, name: string, what: string, known: readonly string[]): boolean {
    if (known.includes(name)) return true;
    const hint = this.hint(name, known);
    this.add(rule, path, `there is no ${what} '${name}'; ${hint}`);
    return false;
  }

  /** Names that must differ, whatever the letter case. */
  requireUnique(named: readonly { path: YamlPath; name: string }[], what: string): void {
    const seen = new Map<string, string>();
    for (const { path, name } of named) {
      const first = seen.get(name.toLowerCase());
      if (first !== undefined)
        this.add(
          "duplicate-name",
          path,
          `there is a ${what} '${name}' already, at ${first}; names must differ`,
        );
      else seen.set(name.toLowerCase(), propertyAt(path));
    }
  }
}
