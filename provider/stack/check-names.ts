/** Names: those that must differ, and those that refer to something. */
import type { YamlPath } from "../yaml/read-yaml.ts";
import { checkPlan } from "./check-plans.ts";
import type { Findings } from "./findings.ts";
import { checkSites } from "./check-sites.ts";
import { containerOf, siteOf } from "./site-of.ts";
import { containersOf, kindOf } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
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

/** A name that may be left out where there is one thing only. */
function checkChoice(
  findings: Findings,
  place: { path: YamlPath; key: string; what: string },
  name: string | undefined,
  known: readonly string[],
): void {
  if (name !== undefined) findings.requireName([...place.path, place.key], name, place.what, known);
  else if (known.length !== 1) {
    findings.add(
      place.path,
      `names no ${place.what} (${place.key}); there are ${known.join(", ")}, so say which`,
    );
  }
}

function checkMachine(
  stack: StackDefinition,
  machine: StackMachine,
  index: number,
  findings: Findings,
): void {
  const path = ["machines", index];
  checkChoice(findings, { path, key: "site", what: "site" }, machine.site, namesOf(stack.sites));
  const site = siteOf(stack, machine.site);
  if (site && kindOf(site) === "vmm") {
    const clouds = namesOf(site.clouds ?? []);
    checkChoice(findings, { path, key: "cloud", what: `cloud of ${site.name}` }, machine.cloud, clouds);
  } else if (site && machine.cloud !== undefined) {
    findings.add([...path, "cloud"], `is for machines of vmm sites; leave it out`);
  }
  const container = containerOf(stack, machine);
  if (site && container && container.policy === undefined)
    findings.add([...path, "name"], `cannot be protected: ${container.name} has no policy; give it one`);
  const accounts = namesOf(stack.azure.storageAccounts);
  const place = { path, key: "storageAccount", what: "storage account" };
  checkChoice(findings, place, machine.storageAccount, accounts);
  if (machine.network === undefined) return;
  findings.requireName([...path, "network"], machine.network, "network", namesOf(stack.azure.networks));
}

function checkDrills(stack: StackDefinition, findings: Findings): void {
  const production = new Set([
    ...stack.sites
      .flatMap((site) => site.networkMappings ?? [])
      .flatMap((mapping) => (mapping.site === undefined ? mapping.to : [])),
    ...(stack.machines ?? []).flatMap(({ network }) => network ?? []),
  ]);
  for (const [index, drill] of (stack.drills ?? []).entries()) {
    findings.requireName(
      ["drills", index, "machine"],
      drill.machine,
      "machine",
      namesOf(stack.machines ?? []),
    );
    const path = ["drills", index, "network"];
    const found = findings.requireName(path, drill.network, "network", namesOf(stack.azure.networks));
    if (found && production.has(drill.network)) {
      findings.add(
        path,
        `machines fail over to '${drill.network}' for real; a drill needs an isolated network`,
      );
    }
  }
  const machines = (stack.drills ?? []).map(({ machine }, index) => ({
    path: ["drills", index, "machine"],
    name: machine,
  }));
  findings.requireUnique(machines, "drill of machine");
}

export function checkNames(stack: StackDefinition, findings: Findings): void {
  checkUnique(stack, findings);
  checkSites(stack, findings);
  for (const [index, machine] of (stack.machines ?? []).entries())
    checkMachine(stack, machine, index, findings);
  for (const [index, plan] of (stack.plans ?? []).entries()) {
    const path = ["plans", index];
    checkChoice(findings, { path, key: "site", what: "site" }, plan.site, namesOf(stack.sites));
    checkPlan(stack, plan, index, findings);
  }
  checkDrills(stack, findings);
}
