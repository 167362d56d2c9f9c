/** Definitions of the flows that are more than Hyper-V hosts of one site, and what lies around them. */
import fs from "node:fs";
import path from "node:path";
import { writeMachine } from "../machines/machine-folder.ts";

/** Which definition, the change that makes it wrong, and what is told; as in good-definition.ts. */
export type BadSite = readonly [what: string, good: string, from: string | RegExp, to: string, told: string];

const page = fs.readFileSync(path.resolve(import.meta.dirname, "../../docs/definitions.md"), "utf8");

/** The definition below a heading of docs/definitions.md, so that the page shows what works. */
function definitionUnder(heading: string): string {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`))!;
  return /```yaml\n([^]*?)```/.exec(section)![1]!;
}

export const vmwareToAzure = definitionUnder("VMware and physical servers to Azure (S1, S2)");
export const vmwareToSite = definitionUnder("VMware and physical servers to a second site (S5)");
export const vmmToAzure = definitionUnder("Hyper-V in VMM clouds to Azure (S4)");
export const vmmToSite = definitionUnder("Hyper-V in VMM clouds to a second VMM site (S6)");

/** All folders that the definitions name. */
export function makeSites(folder: string): void {
  for (const name of ["retention", "cache", "fast", "slow", "hv2", "esxi-2"])
    fs.mkdirSync(path.join(folder, name));
  writeMachine(path.join(folder, "hv1"), "web1");
  writeMachine(path.join(folder, "esxi"), "vm1");
  writeMachine(path.join(folder, "physical"), "erp1");
}
