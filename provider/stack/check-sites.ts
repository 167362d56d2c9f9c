/** Sites: what belongs in which kind of site, names that must differ, and names of their parts. */
import type { YamlPath } from "../yaml/read-yaml.ts";
import { checkParts, checkPaths } from "./check-site-parts.ts";
import type { Findings } from "./findings.ts";
import { othersOf, siteNamed } from "./site-of.ts";
import { containersOf, kindOf } from "./site-parts.ts";
import type { StackDefinition } from "./stack-definition.ts";
import type { SiteKind, StackSite } from "./stack-site.ts";

type Property = keyof StackSite;

/** Properties that not all kinds of sites have: the kinds that have them, and those that cannot do without. */
const properties: readonly [Property, may: readonly SiteKind[], must: readonly SiteKind[]][] = [
  ["hosts", ["hyperv"], ["hyperv"]],
  ["policy", ["hyperv", "vmm", "vmware"], ["hyperv"]],
  ["migrationPolicy", ["vmware"], []],
  ["server", ["vmm", "vmware"], ["vmm", "vmware"]],
  ["clouds", ["vmm"], ["vmm"]],
  ["storageClassifications", ["vmm"], []],
  ["networks", ["vmm", "vmware"], []],
  ["runAsAccounts", ["vmware"], []],
  ["vContinuumConsole", ["vmware"], []],
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
      findings.add("site-foreign-part", [...path, property], message);
    }
    if (!isGiven && must.includes(kind))
      findings.add(
        "site-missing-part",
        [...path, property],
        `is required in a site of the kind ${kind} and is missing`,
      );
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

/** Where machines replicate to: one VMM server with two clouds is tolerated (S6), a cloud itself is not. */
function checkTargets(stack: StackDefinition, site: StackSite, path: YamlPath, findings: Findings): void {
  const known = othersOf(stack, site);
  if (site.target !== undefined && kindOf(site) === "vmware")
    findings.requireName("unknown-site", [...path, "target"], site.target, "other vmware site", known);
  for (const [index, cloud] of (site.clouds ?? []).entries()) {
    if (cloud.target === undefined || kindOf(site) !== "vmm") continue;
    const at = [...path, "clouds", index, "target"];
    const sites = [site.name, ...known];
    if (!findings.requireName("unknown-site", [...at, "site"], cloud.target.site, "vmm site", sites))
      continue;
    const clouds = containersOf(siteNamed(stack, cloud.target.site)!).map(({ name }) => name);
    const isOwn = cloud.target.site === site.name;
    const others = clouds.filter((name) => !isOwn || name !== cloud.name);
    findings.requireName(
      "unknown-cloud",
      [...at, "cloud"],
      cloud.target.cloud,
      `other cloud of ${cloud.target.site}`,
      others,
    );
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
      findings.requireName("unknown-network", [...at, "from"], mapping.from, `network of ${site.name}`, own);
    if (mapping.site === undefined) {
      const known = stack.azure.networks.map(({ name }) => name);
      findings.requireName("unknown-network", [...at, "to"], mapping.to, "network", known);
    } else if (
      findings.requireName(
        "unknown-site",
        [...at, "site"],
        mapping.site,
        "other site of its kind",
        othersOf(stack, site),
      )
    ) {
      const known = (siteNamed(stack, mapping.site)?.networks ?? []).map(({ name }) => name);
      findings.requireName("unknown-network", [...at, "to"], mapping.to, `network of ${mapping.site}`, known);
    }
  }
  const from = (site.networkMappings ?? []).map((mapping, place) => ({
    path: [...path, "networkMappings", place, "from"],
    name: mapping.from,
  }));
  findings.requireUnique(from, "network mapping from");
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
