/** Names: those that must differ, and those that refer to something. */
import { microsoftAzure } from "../kinds/kind.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import { checkChoice } from "./check-choice.ts";
import { checkDrills } from "./check-drills.ts";
import { checkMachineNames } from "./check-machine-names.ts";
import { checkPolicies } from "./check-policies.ts";
import { checkSites } from "./check-sites.ts";
import { siteOf, targetSiteOf } from "./site-of.ts";
import { containersOf } from "./site-parts.ts";
import type { StackDefinition, StackPlan } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

function namesOf(list: readonly { readonly name: string }[]): string[] {
  return list.map(({ name }) => name);
}

/** Everything that becomes a resource of its own, by the list it stands in. */
function checkUnique(stack: StackDefinition, findings: Findings): void {
  const lists: [string, YamlPath, readonly { readonly name: string }[]][] = [
    ["storage account", ["azure", "storageAccounts"], stack.azure.storageAccounts],
    ["network", ["azure", "networks"], stack.azure.networks],
    ["policy", ["policies"], stack.policies],
    ["site", ["sites"], stack.sites],
    ["machine", ["machines"], stack.machines ?? []],
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

function checkPlan(stack: StackDefinition, plan: StackPlan, index: number, findings: Findings): void {
  const path = ["plans", index];
  checkChoice(findings, { path, key: "site", what: "site" }, plan.site, namesOf(stack.sites));
  const items = plan.groups.flatMap((group, groupIndex) =>
    group.map((name, place) => ({ path: [...path, "groups", groupIndex, place], name })),
  );
  const machines = new Map((stack.machines ?? []).map((machine) => [machine.name, machine]));
  const site = siteOf(stack, plan.site);
  let first: { name: string; target: string | undefined } | undefined;
  for (const item of items) {
    const machine = machines.get(item.name);
    if (!machine) findings.requireName(item.path, item.name, "machine", [...machines.keys()]);
    const itsSite = machine && siteOf(stack, machine.site);
    if (!site || !itsSite) continue;
    if (itsSite !== site) {
      const message = `'${item.name}' is of the site ${itsSite.name}, and the plan of ${site.name}; plans have one site`;
      findings.add(item.path, message);
    }
    const target = targetSiteOf(stack, machine);
    first ??= { name: machine.name, target };
    if (target === first.target) continue;
    const [here, there] = [target, first.target].map((name) => name ?? microsoftAzure);
    const message = `'${item.name}' replicates to ${here}, and '${first.name}' to ${there}; plans have one recovery side`;
    findings.add(item.path, message);
  }
  findings.requireUnique(items, "machine of this plan");
}

export function checkNames(stack: StackDefinition, findings: Findings): void {
  checkUnique(stack, findings);
  checkSites(stack, findings);
  checkPolicies(stack, findings);
  for (const [index, machine] of (stack.machines ?? []).entries())
    checkMachineNames(stack, machine, index, findings);
  for (const [index, plan] of (stack.plans ?? []).entries()) checkPlan(stack, plan, index, findings);
  checkDrills(stack, findings);
}
