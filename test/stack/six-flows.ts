/** The definitions in examples/, one a flow, and what lies around them. */
import fs from "node:fs";
import path from "node:path";
import { writeMachine } from "../machines/machine-folder.ts";

/** Which definition, the change that makes it wrong, and what is told; as in good-definition.ts. */
export type BadSite = readonly [what: string, good: string, from: string | RegExp, to: string, told: string];

function example(name: string): string {
  const file = path.resolve(import.meta.dirname, "../../examples", name, "siterecovery.yaml");
  return fs.readFileSync(file, "utf8");
}

export const vmwareToAzure = example("vmware-to-azure");
export const physicalToAzure = example("physical-to-azure");
export const hyperVToAzure = example("hyperv-to-azure");
export const vmmToAzure = example("vmm-to-azure");
export const vmwareToSite = example("vmware-to-site");
export const vmmToSite = example("vmm-to-vmm");

/** All folders that the definitions name. */
export function makeSites(folder: string): void {
  for (const name of ["retention", "cache", "fast", "slow", "hv2", "esxi-2"])
    fs.mkdirSync(path.join(folder, name));
  writeMachine(path.join(folder, "hv1"), "web1");
  writeMachine(path.join(folder, "esxi"), "vm1");
  writeMachine(path.join(folder, "physical"), "erp1");
  writeMachine(path.join(folder, "inventory", "hv1"), "db1");
  writeMachine(path.join(folder, "inventory", "hv2"), "web1");
}
