/**
 * Reads a stack definition and checks all that can be known without running it: text, schema, references,
 * duplicates, the machines and their disks, the support matrix. All that is wrong is told at once, each with
 * file, line and column; a definition that fails creates nothing.
 */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import { folderMachines } from "../machines/folder-machines.ts";
import { readValidYaml } from "../yaml/read-valid-yaml.ts";
import { checkMachines } from "./check-machines.ts";
import { checkNames } from "./check-names.ts";
import { checkNetworks } from "./check-networks.ts";
import { checkScripts } from "./check-scripts.ts";
import { Findings } from "./findings.ts";
import type { StackDefinition } from "./stack-definition.ts";
import type { StackFile } from "./stack-file.ts";

type Written = Omit<StackDefinition, "azure"> & { readonly azure?: Partial<StackDefinition["azure"]> };

/** Throws a `DefinitionError` that holds every finding. */
export function readStack(file: string): StackFile {
  const absolute = path.resolve(file);
  const yaml = readValidYaml<Written>(absolute, "stack");
  // Where all machines replicate to a second site there may be nothing in Azure.
  const definition = { ...yaml.value, azure: { storageAccounts: [], networks: [], ...yaml.value.azure } };
  const findings = new Findings(yaml);
  checkNames(definition, findings);
  checkNetworks(definition, findings);
  checkScripts(definition, path.dirname(absolute), findings);
  checkMachines(definition, path.dirname(absolute), folderMachines(localFileSystem), findings);
  findings.throwIfAny();
  return { file: absolute, definition };
}
