/** What a machine of a definition names: its site and cloud, storage, network, and the parts of a VMware site. */
import type { YamlPath } from "../yaml/read-yaml.ts";
import { checkChoice } from "./check-choice.ts";
import type { Findings } from "./findings.ts";
import { containerOf, siteOf } from "./site-of.ts";
import { kindOf } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

export const namesOf = (list: readonly { readonly name: string }[] | undefined): string[] =>
  (list ?? []).map(({ name }) => name);

interface Place {
  readonly stack: StackDefinition;
  readonly machine: StackMachine;
  readonly site: StackSite;
  readonly path: YamlPath;
  readonly findings: Findings;
}

function refuseGiven(
  { machine, path, findings }: Place,
  keys: readonly (keyof StackMachine)[],
  why: string,
): void {
  for (const key of keys)
    if (machine[key] !== undefined) findings.add("machine-foreign-setting", [...path, key], why);
}

function checkContainer(place: Place): void {
  const { stack, machine, site, path, findings } = place;
  if (kindOf(site) === "vmm") {
    const at = { rule: "unknown-cloud" as const, path, key: "cloud", what: `cloud of ${site.name}` };
    checkChoice(findings, at, machine.cloud, namesOf(site.clouds));
  } else refuseGiven(place, ["cloud"], "is for machines of vmm sites; leave it out");
  const container = containerOf(stack, machine);
  if (!container || container.policy !== undefined) return;
  findings.add(
    "machine-without-policy",
    [...path, "name"],
    `cannot be protected: ${container.name} has no policy; give it one`,
  );
}

/** The virtual network of a machine of a VMware site: its own, or the one that all its site's mappings lead to. */
export function azureNetworkOf(site: StackSite, machine: Pick<StackMachine, "network">): string | undefined {
  const mapped = (site.networkMappings ?? []).filter((mapping) => mapping.site === undefined);
  const [only, ...others] = new Set(mapped.map(({ to }) => to));
  return machine.network ?? (others.length === 0 ? only : undefined);
}

/** The storage account that keeps the replica of a machine, or of one that is migrated. */
export function checkStorageAccount(
  stack: StackDefinition,
  { storageAccount }: Pick<StackMachine, "storageAccount">,
  path: YamlPath,
  findings: Findings,
): void {
  const at = {
    rule: "unknown-storage-account" as const,
    path,
    key: "storageAccount",
    what: "storage account",
  };
  checkChoice(findings, at, storageAccount, namesOf(stack.azure.storageAccounts));
}

function checkAzureSide(place: Place): void {
  const { stack, machine, site, path, findings } = place;
  checkStorageAccount(stack, machine, path, findings);
  if (machine.network !== undefined)
    findings.requireName(
      "unknown-network",
      [...path, "network"],
      machine.network,
      "network",
      namesOf(stack.azure.networks),
    );
  else if (kindOf(site) === "vmware" && azureNetworkOf(site, machine) === undefined) {
    const why = "a machine of a vmware site joins one; set network, or map the site's networks to one";
    findings.add("machine-without-network", path, `names no network (network); ${why}`);
  }
}

function checkVmwareParts(place: Place, target: string | undefined): void {
  const { stack, machine, site, path, findings } = place;
  if (machine.failover?.kind === "planned") {
    const message = "is planned, and machines of vmware sites have unplanned failovers only; leave it out";
    findings.add("machine-failover-kind", [...path, "failover", "kind"], message);
  }
  if (machine.account !== undefined) {
    const known = site.runAsAccounts ?? [];
    findings.requireName(
      "unknown-account",
      [...path, "account"],
      machine.account,
      "account in runAsAccounts",
      known,
    );
  }
  // The one at the second site keeps the replica; the one at the primary side takes it back from Azure.
  const holder = target === undefined ? site : stack.sites.find(({ name }) => name === target);
  const known = namesOf(holder?.masterTargets);
  const what = `master target of ${holder?.name ?? "its target"}`;
  if (target !== undefined || machine.masterTarget !== undefined)
    checkChoice(
      findings,
      { rule: "unknown-master-target", path, key: "masterTarget", what },
      machine.masterTarget,
      known,
    );
}

export function checkMachineNames(
  stack: StackDefinition,
  machine: StackMachine,
  index: number,
  findings: Findings,
): void {
  const path = ["machines", index];
  checkChoice(
    findings,
    { rule: "unknown-site", path, key: "site", what: "site" },
    machine.site,
    namesOf(stack.sites),
  );
  const site = siteOf(stack, machine.site);
  if (!site) return;
  const place: Place = { stack, machine, site, path, findings };
  checkContainer(place);
  const target = containerOf(stack, machine)?.target?.site;
  if (target === undefined) checkAzureSide(place);
  else {
    const why = `is for machines that replicate to Azure, and this one replicates to ${target}; leave it out`;
    refuseGiven(place, ["storageAccount", "network", "size", "recoveryAddresses"], why);
  }
  if (machine.processServer !== undefined) {
    const servers = namesOf(site.processServers);
    const what = `process server of ${site.name}`;
    findings.requireName(
      "unknown-process-server",
      [...path, "processServer"],
      machine.processServer,
      what,
      servers,
    );
  }
  if (kindOf(site) === "vmware") checkVmwareParts(place, target);
  else
    refuseGiven(place, ["account", "group", "masterTarget"], "is for machines of vmware sites; leave it out");
  if (kindOf(site) === "vmm" && target !== undefined) {
    const why = "cannot be chosen between VMM sites, where all disks are replicated; leave it out";
    refuseGiven(place, ["disks"], why);
  }
}
