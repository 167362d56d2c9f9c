/** Reads and writes `machine.yaml`, by schema/machine.schema.json. */
import { type FileSystem, writeAtomically } from "../blocks/file-system.ts";
import { readValidYaml } from "../yaml/read-valid-yaml.ts";
import { writeYaml } from "../yaml/write-yaml.ts";
import type { MachineDefinition } from "./machine-driver.ts";

/** Throws a `DefinitionError` with file, line and column of everything that is wrong. */
export function readMachineFile(file: string): MachineDefinition {
  return readValidYaml<MachineDefinition>(file, "machine").value;
}

export function writeMachineFile(files: FileSystem, file: string, definition: MachineDefinition): void {
  writeAtomically(files, file, Buffer.from(writeYaml(definition)));
}
