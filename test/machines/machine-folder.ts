import fs from "node:fs";
import path from "node:path";
import type { MachineDefinition } from "../../provider/model/machine-definition.ts";
import { writeYaml } from "../../provider/yaml/write-yaml.ts";
import { machineDefinition } from "../machine-definition.ts";

export const goodMachine = machineDefinition("web1") as MachineDefinition;

/** A machine's folder in an inventory, with an image for each disk that has a plain file name. */
export function writeMachine(inventory: string, folderName: string, changes: object = {}): string {
  const folder = path.join(inventory, folderName);
  fs.mkdirSync(folder, { recursive: true });
  const definition = machineDefinition(folderName, ["os"], changes) as MachineDefinition;
  for (const { file } of definition.disks) {
    if (/^\w+\.img$/.test(file)) fs.writeFileSync(path.join(folder, file), Buffer.alloc(65_536));
  }
  fs.writeFileSync(path.join(folder, "machine.yaml"), writeYaml(definition));
  return folder;
}
