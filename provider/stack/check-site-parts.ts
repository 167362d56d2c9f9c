/** The parts of a site that refer to others: networks, vCenter servers, storage classes, network paths. */
import { networkPathSettings } from "../handlers/network-path.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { networkPathInputs } from "./declare-network-paths.ts";
import type { Findings } from "./findings.ts";
import { othersOf, siteNamed } from "./site-of.ts";
import { kindOf } from "./site-parts.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { StackIds } from "./stack-ids.ts";
import type { StackSite } from "./stack-site.ts";

export function checkParts(
  stack: StackDefinition,
  site: StackSite,
  path: YamlPath,
  findings: Findings,
): void {
  const clouds = (site.clouds ?? []).map(({ name }) => name);
  for (const [index, network] of (site.networks ?? []).entries()) {
    if (kindOf(site) !== "vmm") continue;
    const at = [...path, "networks", index];
    if (network.logicalNetwork === undefined)
      findings.add(
        "site-missing-part",
        [...at, "logicalNetwork"],
        "is required in a site of the kind vmm and is missing",
      );
    if (network.cloud === undefined && clouds.length !== 1)
      findings.add(
        "unnamed-choice",
        [...at, "cloud"],
        `is missing; there are the clouds ${clouds.join(", ")}, so say which`,
      );
    if (network.cloud !== undefined)
      findings.requireName("unknown-cloud", [...at, "cloud"], network.cloud, `cloud of ${site.name}`, clouds);
  }
  for (const [index, { account }] of (site.vcenters ?? []).entries()) {
    if (account === undefined) continue;
    const at = [...path, "vcenters", index, "account"];
    findings.requireName(
      "unknown-account",
      at,
      account,
      "account in runAsAccounts",
      site.runAsAccounts ?? [],
    );
  }
  for (const [index, { target }] of (site.storageClassifications ?? []).entries()) {
    if (target === undefined) continue;
    const at = [...path, "storageClassifications", index, "target"];
    if (
      !findings.requireName(
        "unknown-site",
        [...at, "site"],
        target.site,
        "other vmm site",
        othersOf(stack, site),
      )
    )
      continue;
    const classes = siteNamed(stack, target.site)?.storageClassifications ?? [];
    const known = classes.map(({ name }) => name);
    findings.requireName(
      "unknown-storage-classification",
      [...at, "classification"],
      target.classification,
      "storage classification",
      known,
    );
  }
}

/** The other end of each path, and what it is made of (V2A-6, V2F-6). */
export function checkPaths(
  stack: StackDefinition,
  site: StackSite,
  path: YamlPath,
  findings: Findings,
): void {
  const ids = new StackIds(stack);
  for (const [index, networkPath] of (site.networkPaths ?? []).entries()) {
    const at = [...path, "networkPaths", index];
    const known = othersOf(stack, site);
    if (networkPath.site !== undefined)
      findings.requireName(
        "unknown-site",
        [...at, "site"],
        networkPath.site,
        "other site of its kind",
        known,
      );
    const inputs = networkPathInputs(ids, site, networkPath);
    for (const { property, reason } of networkPathSettings.rules!(inputs))
      findings.add("site-network-path", [...at, property], reason);
  }
}
