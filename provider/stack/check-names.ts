/** Names: those that must differ, and those that refer to something. */
import { nameRefusal } from "../handlers/check-schema.ts";
import type { KindName } from "../kinds/kind.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import { checkClusters } from "./check-clusters.ts";
import { checkDrills } from "./check-drills.ts";
import { checkMachineNames } from "./check-machine-names.ts";
import { checkMigrations } from "./check-migrations.ts";
import { checkPlan } from "./check-plans.ts";
import { checkPolicies } from "./check-policies.ts";
import { checkProcessServers } from "./check-process-servers.ts";
import { checkSites } from "./check-sites.ts";
import { containersOf } from "./site-parts.ts";
import type { StackDefinition } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

/** The kind's own schema is asked: an update would refuse the name there. */
function requireForm(
  kind: KindName,
  { path, name }: { path: YamlPath; name: string },
  what: string,
  findings: Findings,
): void {
  // A name that the schema of definitions refuses is a finding already.
  if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name)) return;
  const reason = nameRefusal(kind, name);
  if (reason !== undefined) findings.add("name-form", path, `the name of a ${what}: ${reason}`);
}

/** Everything that becomes a resource of its own, by the list it stands in. */
function checkUnique(stack: StackDefinition, findings: Findings): void {
  const lists: [string, YamlPath, readonly { readonly name: string }[], KindName | undefined][] = [
    ["storage account", ["azure", "storageAccounts"], stack.azure.storageAccounts, undefined],
    ["network", ["azure", "networks"], stack.azure.networks, "virtual-network"],
    ["policy", ["policies"], stack.policies, "policy"],
    ["site", ["sites"], stack.sites, "fabric"],
    ["machine", ["machines"], stack.machines ?? [], "protected-item"],
    ["migration", ["migrations"], stack.migrations ?? [], "migration-item"],
    ["cluster", ["clusters"], stack.clusters ?? [], "protection-cluster"],
    ["plan", ["plans"], stack.plans ?? [], "recovery-plan"],
    ["drill", ["drills"], stack.drills ?? [], "drill"],
  ];
  // The form of an account's name is in the schema of definitions, word for word.
  for (const [what, path, list, kind] of lists) {
    const named = list.map(({ name }, index) => ({ path: [...path, index, "name"], name }));
    findings.requireUnique(named, what);
    if (kind !== undefined) for (const one of named) requireForm(kind, one, what, findings);
  }
  const inSites = (named: (site: StackSite) => { path: YamlPath; name: string }[]): typeof hosts =>
    stack.sites.flatMap((site, index) =>
      named(site).map(({ path, name }) => ({ path: ["sites", index, ...path], name })),
    );
  const hosts: { path: YamlPath; name: string }[] = inSites((site) =>
    containersOf(site).flatMap(({ hosts, path }) =>
      hosts.map(({ name }, index) => ({ path: [...path, "hosts", index, "name"], name })),
    ),
  );
  findings.requireUnique(hosts, "host");
  const servers = inSites(({ server }) => (server === undefined ? [] : [{ path: ["server"], name: server }]));
  findings.requireUnique(servers, "server");
}

export function checkNames(stack: StackDefinition, findings: Findings): void {
  checkUnique(stack, findings);
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
