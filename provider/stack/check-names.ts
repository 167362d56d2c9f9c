/** Names: those that must differ, and those that refer to something. */
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

/** Everything that becomes a resource of its own, by the list it stands in. */
function checkUnique(stack: StackDefinition, findings: Findings): void {
  const lists: [string, YamlPath, readonly { readonly name: string }[]][] = [
    ["storage account", ["azure", "storageAccounts"], stack.azure.storageAccounts],
    ["network", ["azure", "networks"], stack.azure.networks],
    ["policy", ["policies"], stack.policies],
    ["site", ["sites"], stack.sites],
    ["machine", ["machines"], stack.machines ?? []],
    ["migration", ["migrations"], stack.migrations ?? []],
    ["cluster", ["clusters"], stack.clusters ?? []],
    ["plan", ["plans"], stack.plans ?? []],
    ["drill", ["drills"], stack.drills ?? []],
  ];
  for (const [what, path, list] of lists) {
    const named = list.map(({ name }, index) => ({ path: [...path, index, "name"], name }));
    findings.requireUnique(named, what);
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
