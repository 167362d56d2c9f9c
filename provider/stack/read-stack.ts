/**
 * Reads a stack definition and checks all that can be known without running it: text, schema, references,
 * duplicates, the machines and their disks, the support matrix. All errors are reported at once, each with
 * file, line and column; a definition that fails creates nothing.
 */
import path from "node:path";
import { checkAdvice } from "./check-advice.ts";
import { checkForAzure } from "./check-for-azure.ts";
import { checkMachines } from "./check-machines.ts";
import { checkScripts } from "./check-scripts.ts";
import { checkWritten, completed } from "./check-text.ts";
import { Doubts } from "./doubts.ts";
import { expandPatterns } from "./expand-patterns.ts";
import { Findings } from "./findings.ts";
import { viewFor } from "./inventory-view.ts";
import { readFiles } from "./read-files.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { withOrigins } from "./stack-source.ts";
import type { StackDefinition } from "./stack-definition.ts";
import type { CheckedStack } from "./stack-file.ts";

/** An entry of an expanded list: a machine, or the name of one. */
function nameIn(definition: StackDefinition, path: YamlPath): string {
  const entry = path.reduce<unknown>(
    (inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step],
    definition,
  );
  return typeof entry === "string" ? entry : String((entry as { name?: unknown } | undefined)?.name);
}

export interface ReadSettings {
  /** Instead of the definition's. */
  readonly target?: StackDefinition["target"] | undefined;
  /** `live`, `none`, or the path of an inventory lock; by default the lock beside the definition if there is one. */
  readonly inventory?: string | undefined;
}

/** Throws a `DefinitionError` that holds every finding if one of them is an error. */
export function readStack(file: string, { target, inventory }: ReadSettings = {}): CheckedStack {
  const absolute = path.resolve(file);
  const folder = path.dirname(absolute);
  const { value, source, findings: ofForm, repairs } = readFiles(absolute);
  const doubts = new Doubts(repairs);
  const written = { ...completed(value), ...(target === undefined ? {} : { target }) };
  const view = viewFor(folder, inventory);
  const { definition, origins, problems } = expandPatterns(written, view);
  const unmatched = new Findings(source, [], doubts);
  for (const problem of problems) unmatched.add("machine-pattern-unmatched", problem.path, problem.message);
  const findings = new Findings(
    withOrigins(source, origins, (at) => nameIn(definition, at)),
    ofForm,
    doubts,
  );
  checkWritten(definition, findings);
  checkScripts(definition, folder, findings);
  checkAdvice(definition, findings);
  // Azure has the machines, and knows more of them than any folder here.
  if (definition.target === "azure") checkForAzure(definition, findings);
  else checkMachines(definition, folder, view, findings);
  findings.list.push(...unmatched.list);
  return { file: absolute, definition, advice: findings.settle() };
}
