/** Sites: what belongs into which kind of them, names that must differ, and names of their parts. */
import { networkPathSettings } from "../handlers/network-path.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { networkPathInputs } from "./declare-network-paths.ts";
import type { Findings } from "./findings.ts";
import { containersOf, kindOf } from "./site-parts.ts";
import type { StackDefinition } from "./stack-definition.ts";
import type { SiteKind, StackSite } from "./stack-site.ts";
import { StackIds } from "./stack-ids.ts";

type Property = keyof StackSite;

/** Properties that not all kinds of sites have: the kinds that have them, and those that cannot do without. */
const properties: readonly [Property, may: readonly SiteKind[], must: readonly SiteKind[]][] = [
  ["hosts", ["hyperv"], ["hyperv"]],
  ["policy", ["hyperv", "vmm", "vmware"], ["hyperv"]],
  ["server", ["vmm", "vmware"], ["vmm", "vmware"]],
  ["clouds", ["vmm"], ["vmm"]],
  ["storageClassifications", ["vmm"], []],
  ["networks", ["vmm", "vmware"], []],
  ["runAsAccounts", ["vmware"], []],
  ["physicalServers", ["vmware"], []],
  ["vcenters", ["vmware"], []],
  ["masterTargets", ["vmware"], []],
  ["target", ["vmware"], []],
];

function checkProperties(site: StackSite, path: YamlPath, findings: Findings): void {
  const kind = kindOf(site);
  for (const [property, may, must] of properties) {
    const isGiven = site[property] !== undefined;
    if (isGiven && !may.includes(kind)) {
      const hint = property === "hosts" && kind === "vmm" ? "; its hosts stand in its clouds" : "";
      const message = `is a part of sites of the kind ${may.join(" or ")}, and this one is ${kind}${hint}`;
      findings.add([...path, property], message);
    }
    if (!isGiven && must.includes(kind))
      findings.add([...path, property], `is required in a site of the kind ${kind} and is missing`);
  }
}

function requireUniqueIn(site: StackSite, path: YamlPath, findings: Findings): void {
  const lists: [string, Property, readonly { readonly name: string }[]][] = [
    ["cloud", "clouds", site.clouds ?? []],
    ["network", "networks", site.networks ?? []],
    ["storage classification", "storageClassifications", site.storageClassifications ?? []],
    ["vCenter server", "vcenters", site.vcenters ?? []],
    ["master target", "masterTargets", site.masterTargets ?? []],
    ["network path", "networkPaths", site.networkPaths ?? []],
  ];
  for (const [what, property, list] of lists) {
    const named = list.map(({ name }, index) => ({ path: [...path, property, index, "name"], name }));
    findings.requireUnique(named, what);
  }
}

/** The names of a definition's sites, but of this one, and of its kind only. */
function othersOf(stack: StackDefinition, site: StackSite): string[] {
  const isFit = (other: StackSite): boolean => other !== site && kindOf(other) === kindOf(site);
  return stack.sites.filter(isFit).map(({ name }) => name);
}

function siteNamed(stack: StackDefinition, name: string): StackSite | undefined {
  return stack.sites.find((site) => site.name === name);
}

/** Where machines replicate to: one VMM server with two clouds is tolerated (S6), a cloud itself is not. */
function checkTargets(stack: StackDefinition, site: StackSite, path: YamlPath, findings: Findings): void {
  const known = othersOf(stack, site);
  if (site.target !== undefined && kindOf(site) === "vmware")
    findings.requireName([...path, "target"], site.target, "other vmware site", known);
  for (const [index, cloud] of (site.clouds ?? []).entries()) {
    if (cloud.target === undefined || kindOf(site) !== "vmm") continue;
    const at = [...path, "clouds", index, "target"];
    const sites = [site.name, ...known];
    if (!findings.requireName([...at, "site"], cloud.target.site, "vmm site", sites)) continue;
    const clouds = containersOf(siteNamed(stack, cloud.target.site)!).map(({ name }) => name);
    const isOwn = cloud.target.site === site.name;
    const others = clouds.filter((name) => !isOwn || name !== cloud.name);
    findings.requireName([...at, "cloud"], cloud.target.cloud, `other cloud of ${cloud.target.site}`, others);
  }
}

function checkNetworkMappings(
  stack: StackDefinition,
  site: StackSite,
  path: YamlPath,
  findings: Findings,
): void {
  const own = (site.networks ?? []).map(({ name }) => name);
  for (const [index, mapping] of (site.networkMappings ?? []).entries()) {
    const at = [...path, "networkMappings", index];
    if (kindOf(site) === "vmm")
      findings.requireName([...at, "from"], mapping.from, `network of ${site.name}`, own);
    if (mapping.site === undefined) {
      const known = stack.azure.networks.map(({ name }) => name);
      findings.requireName([...at, "to"], mapping.to, "network", known);
    } else if (
      findings.requireName([...at, "site"], mapping.site, "other site of its kind", othersOf(stack, site))
    ) {
      const known = (siteNamed(stack, mapping.site)?.networks ?? []).map(({ name }) => name);
      findings.requireName([...at, "to"], mapping.to, `network of ${mapping.site}`, known);
    }
  }
  const from = (site.networkMappings ?? []).map((mapping, place) => ({
    path: [...path, "networkMappings", place, "from"],
    name: mapping.from,
  }));
  findings.requireUnique(from, "network mapping from");
}

function checkParts(stack: StackDefinition, site: StackSite, path: YamlPath, findings: Findings): void {
  const clouds = (site.clouds ?? []).map(({ name }) => name);
  for (const [index, network] of (site.networks ?? []).entries()) {
    if (kindOf(site) !== "vmm") continue;
    const at = [...path, "networks", index];
    if (network.logicalNetwork === undefined)
      findings.add([...at, "logicalNetwork"], "is required in a site of the kind vmm and is missing");
    if (network.cloud === undefined && clouds.length !== 1)
      findings.add([...at, "cloud"], `is missing; there are the clouds ${clouds.join(", ")}, so say which`);
    if (network.cloud !== undefined)
      findings.requireName([...at, "cloud"], network.cloud, `cloud of ${site.name}`, clouds);
  }
  for (const [index, { account }] of (site.vcenters ?? []).entries()) {
    if (account === undefined) continue;
    const at = [...path, "vcenters", index, "account"];
    findings.requireName(at, account, "account in runAsAccounts", site.runAsAccounts ?? []);
  }
  for (const [index, { target }] of (site.storageClassifications ?? []).entries()) {
    if (target === undefined) continue;
    const at = [...path, "storageClassifications", index, "target"];
    if (!findings.requireName([...at, "site"], target.site, "other vmm site", othersOf(stack, site)))
      continue;
    const classes = siteNamed(stack, target.site)?.storageClassifications ?? [];
    const known = classes.map(({ name }) => name);
    findings.requireName([...at, "classification"], target.classification, "storage classification", known);
  }
}

/** The other end of each path, and what it is made of (V2A-6, V2F-6). */
function checkPaths(stack: StackDefinition, site: StackSite, path: YamlPath, findings: Findings): void {
  const ids = new StackIds(stack);
  for (const [index, networkPath] of (site.networkPaths ?? []).entries()) {
    const at = [...path, "networkPaths", index];
    const known = othersOf(stack, site);
    if (networkPath.site !== undefined)
      findings.requireName([...at, "site"], networkPath.site, "other site of its kind", known);
    const inputs = networkPathInputs(ids, site, networkPath);
    for (const { property, reason } of networkPathSettings.rules!(inputs))
      findings.add([...at, property], reason);
  }
}

export function checkSites(stack: StackDefinition, findings: Findings): void {
  for (const [index, site] of stack.sites.entries()) {
    const path: YamlPath = ["sites", index];
    checkProperties(site, path, findings);
    requireUniqueIn(site, path, findings);
    checkTargets(stack, site, path, findings);
    checkNetworkMappings(stack, site, path, findings);
    checkParts(stack, site, path, findings);
    checkPaths(stack, site, path, findings);
  }
}
