/** Checks a definition as far as that can be done without machines: form, names, networks, limits. */
import { DefinitionError } from "../yaml/definition-error.ts";
import type { FindingList } from "../yaml/finding-list.ts";
import { readUsableYaml } from "../yaml/read-valid-yaml.ts";
import { checkAddresses } from "./check-addresses.ts";
import { checkLimits } from "./check-limits.ts";
import { checkNames } from "./check-names.ts";
import { checkAccounts } from "./check-accounts.ts";
import { checkNetworks } from "./check-networks.ts";
import { Doubts } from "./doubts.ts";
import { Findings } from "./findings.ts";
import type { Written } from "./read-files.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { MergedSource } from "./stack-source.ts";

/** A definition with the lists that it may leave out: where all machines replicate to a second site, Azure has none. */
export function completed(value: Written): StackDefinition {
  return { ...value, azure: { storageAccounts: [], networks: [], ...value.azure } } as StackDefinition;
}

/** Checks what follows from the definition alone: names, networks, limits, addresses. */
export function checkWritten(definition: StackDefinition, findings: Findings): void {
  checkNames(definition, findings);
  checkAccounts(definition, findings);
  checkNetworks(definition, findings);
  checkLimits(definition, findings);
  checkAddresses(definition, findings);
}

/** What is wrong with the text of a definition; an empty list if it is right. */
export function checkText(file: string, text: string): FindingList {
  try {
    const { yaml, findings: ofForm, repairs } = readUsableYaml<Written>(file, "stack", text);
    const definition = completed(yaml.value);
    const doubts = new Doubts(repairs.map((path) => ({ file, path })));
    const findings = new Findings(new MergedSource(yaml), ofForm, doubts);
    checkWritten(definition, findings);
    return findings.settle();
  } catch (error) {
    if (error instanceof DefinitionError) return error.list;
    throw error;
  }
}
