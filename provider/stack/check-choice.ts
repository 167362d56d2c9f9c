import type { RuleId } from "../rules/registry.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";

/** A name that may be left out where there is one thing only. */
export function checkChoice(
  findings: Findings,
  place: { rule: RuleId; path: YamlPath; key: string; what: string },
  name: string | undefined,
  known: readonly string[],
): void {
  const { rule, path, key, what } = place;
  if (name !== undefined) findings.requireName(rule, [...path, key], name, what, known);
  else if (known.length !== 1) {
    const list =
      known.length === 0 ? "there is none, so declare one" : `there are ${known.join(", ")}, so say which`;
    findings.add("unnamed-choice", path, `names no ${what} (${key}); ${list}`);
  }
}
