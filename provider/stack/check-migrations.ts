/** Migrations: their site, which is of the kind vmware, and what they name there and in Azure. */
import type { MachineFacts } from "../machines/machine-facts.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { checkChoice } from "./check-choice.ts";
import { azureNetworkOf, checkStorageAccount, namesOf } from "./check-machine-names.ts";
import type { Findings } from "./findings.ts";
import { siteOf } from "./site-of.ts";
import { kindOf } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import type { StackMigration } from "./stack-migration.ts";
import type { StackSite } from "./stack-site.ts";

function checkNetworks(
  stack: StackDefinition,
  { migration, site, path }: { migration: StackMigration; site: StackSite; path: YamlPath },
  findings: Findings,
): void {
  const known = namesOf(stack.azure.networks);
  for (const key of ["network", "testNetwork"] as const) {
    const name = migration[key];
    if (name !== undefined) findings.requireName("unknown-network", [...path, key], name, "network", known);
  }
  const network = azureNetworkOf(site, migration);
  if (network === undefined) {
    const why = "a machine in Azure joins one; set network, or map the site's networks to one";
    findings.add("machine-without-network", path, `names no network (network); ${why}`);
  } else if (network === migration.testNetwork) {
    const message = `'${network}' is the network that the machine moves to; a test migration needs an isolated network`;
    findings.add("drill-network-in-use", [...path, "testNetwork"], message);
  }
}

function checkInSite(
  stack: StackDefinition,
  place: { migration: StackMigration; site: StackSite; path: YamlPath },
  findings: Findings,
): void {
  const { migration, site, path } = place;
  if (site.migrationPolicy === undefined) {
    const message = `cannot be migrated: the site ${site.name} has no migrationPolicy; give it one`;
    findings.add("machine-without-policy", [...path, "name"], message);
  }
  const account = {
    rule: "unknown-account" as const,
    path,
    key: "account",
    what: "account in runAsAccounts",
  };
  checkChoice(findings, account, migration.account, site.runAsAccounts ?? []);
  checkStorageAccount(stack, migration, path, findings);
  checkNetworks(stack, place, findings);
}

export function checkMigrations(stack: StackDefinition, findings: Findings): void {
  const protectedNames = new Set((stack.machines ?? []).map(({ name }) => name.toLowerCase()));
  for (const [index, migration] of (stack.migrations ?? []).entries()) {
    const path = ["migrations", index];
    const sites = namesOf(stack.sites);
    checkChoice(findings, { rule: "unknown-site", path, key: "site", what: "site" }, migration.site, sites);
    const site = siteOf(stack, migration.site);
    if (site && kindOf(site) !== "vmware") {
      const message = `is of ${site.name}, a site of the kind ${kindOf(site)}; only machines of vmware sites are migrated`;
      findings.add("migration-site", [...path, "name"], message);
    } else if (site) checkInSite(stack, { migration, site, path }, findings);
    if (!protectedNames.has(migration.name.toLowerCase())) continue;
    const message = `'${migration.name}' is among the machines too; two replications of one machine would take each other's changes away`;
    findings.add("migration-protected", [...path, "name"], message);
  }
}

/** A migration as the machine that it is of, for what is looked at in the inventories. */
export function migratedMachine({ name, site, disks, migrated }: StackMigration): StackMachine {
  return {
    name,
    ...(site === undefined ? {} : { site }),
    disks,
    // The migration names its network, which is checked with the names.
    network: "",
    // One that has been migrated may be gone from the site.
    ...(migrated === true ? { activeLocation: "recovery" } : {}),
  };
}

/** A virtual machine, and the disk that it boots from is the first: Azure needs to know it. */
export function checkMigratedMachine(
  {
    wanted,
    machine,
    isPhysical,
    at,
  }: { wanted: StackMachine; machine: MachineFacts; isPhysical: boolean; at: YamlPath },
  findings: Findings,
): void {
  if (isPhysical) {
    const message = `'${machine.name}' is a physical server; only virtual machines are migrated without an agent`;
    findings.add("migration-site", [...at, "name"], message);
  }
  const first = machine.disks.find(({ id }) => id === wanted.disks?.[0]);
  const boots = machine.disks.find(({ role }) => role === "os");
  if (!first || !boots || first.role === "os" || !wanted.disks!.includes(boots.id)) return;
  const message = `'${first.id}' is the first, and ${machine.name} boots from '${boots.id}'; write that one first`;
  findings.add("migration-boot-disk", [...at, "disks", 0], message);
}
