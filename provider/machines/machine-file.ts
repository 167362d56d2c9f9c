/** Reads and writes `machine.yaml`, by schema/machine.schema.json. */
import { type FileSystem, writeAtomically } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { DefinitionError } from "../yaml/definition-error.ts";
import { readValidYaml } from "../yaml/read-valid-yaml.ts";
import { readText } from "../yaml/read-text.ts";
import { writeYaml } from "../yaml/write-yaml.ts";
import { checkMachineFile } from "./check-machine-file.ts";
import type { MachineDefinition } from "../model/machine-definition.ts";

/** What the latest texts mean. An operation asks for a machine many times, and parsing takes a millisecond. */
const known = new Map<string, MachineDefinition>();
const knownMax = 200;

function remember(text: string, definition: MachineDefinition): void {
  if (known.size >= knownMax) known.delete(known.keys().next().value!);
  known.set(text, definition);
}

function readBytes(files: FileSystem, name: string, limit: number): Buffer {
  try {
    const file = files.open(name, "read");
    try {
      const buffer = Buffer.alloc(Math.min(file.size().sizeBytes, limit));
      return buffer.subarray(0, file.read(buffer, 0));
    } finally {
      file.close();
    }
  } catch (error) {
    // What is wrong with the file is reported in the words of its reader.
    throw error instanceof SiteRecoveryError && error.cause instanceof Error ? error.cause : error;
  }
}

/** Throws a `DefinitionError` with file, line and column of everything that is wrong. */
export function readMachineFile(files: FileSystem, file: string): MachineDefinition {
  const text = readText(file, (name, limit) => readBytes(files, name, limit));
  return parseMachineFile(file, text);
}

function parseMachineFile(file: string, text: string): MachineDefinition {
  const definition = known.get(text);
  if (definition) return definition;
  const yaml = readValidYaml<MachineDefinition>(file, "machine", text);
  const findings = checkMachineFile(yaml);
  if (findings.length > 0) throw new DefinitionError(findings, new Map([[file, text]]));
  remember(text, yaml.value);
  return yaml.value;
}

/** Throws a `DefinitionError`, and writes nothing, if it could not be read again. */
export function writeMachineFile(files: FileSystem, file: string, definition: MachineDefinition): void {
  const text = writeYaml(definition);
  parseMachineFile(file, text);
  writeAtomically(files, file, Buffer.from(text));
}
