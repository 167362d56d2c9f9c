/** Collects what is wrong with a definition, each with the place where it stands. */
import { nearestWord } from "../schemas/nearest.ts";
import type { RuleId } from "../rules/registry.ts";
import { DefinitionError, type Finding } from "../yaml/definition-error.ts";
import type { YamlFile, YamlPath } from "../yaml/read-yaml.ts";

/** `["machines", 0, "site"]` → `machines[0].site`. */
function propertyAt(path: YamlPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

export class Findings {
  readonly list: Finding[] = [];
  readonly #yaml: Pick<YamlFile, "file" | "text" | "positionOf">;
  readonly #texts = new Map<string, string>();

  constructor(yaml: Pick<YamlFile, "file" | "text" | "positionOf">) {
    this.#yaml = yaml;
    this.#texts.set(yaml.file, yaml.text);
  }

  /** What is wrong with another file, such as a machine.yaml. Told once, however many things refer to it. */
  takeOver({ findings, texts }: DefinitionError): void {
    const isNew = [...texts.keys()].some((file) => !this.#texts.has(file));
    if (isNew) this.list.push(...findings);
    for (const [file, text] of texts) this.#texts.set(file, text);
  }

  /** Throws a `DefinitionError` with all that was found, if anything was. */
  throwIfAny(): void {
    if (this.list.length > 0) throw new DefinitionError(this.list, this.#texts);
  }

  add(rule: RuleId, path: YamlPath, message: string): void {
    const position = this.#yaml.positionOf(path);
    this.list.push({ rule, file: this.#yaml.file, ...position, property: propertyAt(path), message });
  }

  /** A name that refers to something: it must be one of those there are. */
  requireName(rule: RuleId, path: YamlPath, name: string, what: string, known: readonly string[]): boolean {
    if (known.includes(name)) return true;
    const near = nearestWord(name, known);
    const list = known.length === 0 ? "there is none" : `there are ${known.join(", ")}`;
    const hint = near === undefined ? list : `did you mean '${near}'?`;
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
