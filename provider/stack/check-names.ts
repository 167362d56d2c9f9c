/** Names: those that must differ, and those that refer to something. */
import { nameRefusal } from "../handlers/check-schema.ts";
import type { KindName } from "../kinds/kind.ts";
import type { Findings } from "./findings.ts";
import { checkClusters } from "./check-clusters.ts";
import { checkDrills } from "./check-drills.ts";
import { checkMachineNames } from "./check-machine-names.ts";
import { checkMigrations } from "./check-migrations.ts";
import { checkPlan } from "./check-plans.ts";
import { checkPolicies } from "./check-policies.ts";
import { checkProcessServers } from "./check-process-servers.ts";
import { checkSites } from "./check-sites.ts";
import { type NamedThing, namedThings } from "./named-things.ts";
import type { StackDefinition } from "./stack-definition.ts";

const twoOrMore = /^[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]$/;

/** The forms that the schema of definitions asks of names; one that it refuses is a finding already. */
const writtenForms: Partial<Record<KindName, RegExp>> = {
  vault: twoOrMore,
  "virtual-network": twoOrMore,
  "vm-network": /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
  "storage-account": /^[a-z0-9]{3,24}$/,
};
const writtenForm = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/;

/** Asks the kind's own schema: an update would refuse the name there. */
function checkForms(things: readonly NamedThing[], findings: Findings): void {
  for (const { what, kind, path, name } of things) {
    if (!(writtenForms[kind] ?? writtenForm).test(name)) continue;
    const reason = nameRefusal(kind, name);
    if (reason !== undefined) findings.add("name-form", path, `the name of a ${what}: ${reason}`);
  }
}

/** What is found by its name alone in a whole definition; what has to differ within a site is looked at there. */
const uniqueInAll: readonly string[] = [
  "storage account",
  "policy",
  "site",
  "machine",
  "migration",
  "cluster",
  "plan",
  "drill",
  "host",
  "server",
];

function checkUnique(things: readonly NamedThing[], findings: Findings): void {
  for (const what of uniqueInAll) {
    findings.requireUnique(
      things.filter((thing) => thing.what === what),
      what,
    );
  }
  findings.requireUnique(
    things.filter(({ kind }) => kind === "virtual-network"),
    "network",
  );
}

export function checkNames(stack: StackDefinition, findings: Findings): void {
  const things = namedThings(stack);
  checkUnique(things, findings);
  checkForms(things, findings);
  checkSites(stack, findings);
  checkPolicies(stack, findings);
  checkProcessServers(stack, findings);
  for (const [index, machine] of (stack.machines ?? []).entries())
    checkMachineNames(stack, machine, index, findings);
  checkMigrations(stack, findings);
  checkClusters(stack, findings);
  for (const [index, plan] of (stack.plans ?? []).entries()) checkPlan(stack, plan, index, findings);
  checkDrills(stack, findings);
}
