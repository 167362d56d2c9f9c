/** Reads and writes `machine.yaml`, by schema/machine.schema.json. */
import { type FileSystem, writeAtomically } from "../blocks/file-system.ts";
import { DefinitionError } from "../yaml/definition-error.ts";
import { readValidYaml } from "../yaml/read-valid-yaml.ts";
import { writeYaml } from "../yaml/write-yaml.ts";
import { checkMachineFile } from "./check-machine-file.ts";
import type { MachineDefinition } from "./machine-driver.ts";

/** Throws a `DefinitionError` with file, line and column of everything that is wrong. */
export function readMachineFile(file: string): MachineDefinition {
  const yaml = readValidYaml<MachineDefinition>(file, "machine");
  const findings = checkMachineFile(yaml);
  if (findings.length > 0) throw new DefinitionError(findings, new Map([[file, yaml.text]]));
  return yaml.value;
}

export function writeMachineFile(files: FileSystem, file: string, definition: MachineDefinition): void {
  writeAtomically(files, file, Buffer.from(writeYaml(definition)));
}
