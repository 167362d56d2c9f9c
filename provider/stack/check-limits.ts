/** What Site Recovery takes at most: machines of plans, groups and process servers, and what they write in a day. */
import { figure } from "../rules/limits.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import { siteOf } from "./site-of.ts";
import { kindOf } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import { machinesOf } from "./stack-plan.ts";
import type { StackSite } from "./stack-site.ts";

interface Member {
  readonly machine: StackMachine;
  readonly path: YamlPath;
}

/** The machines of a site by what `keyOf` says of them. */
function grouped(
  members: readonly Member[],
  keyOf: (machine: StackMachine) => string | undefined,
): Map<string, Member[]> {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const key = keyOf(member.machine);
    if (key === undefined) continue;
    const list = groups.get(key);
    if (list) list.push(member);
    else groups.set(key, [member]);
  }
  return groups;
}

function checkGroups(members: readonly Member[], findings: Findings): void {
  const most = figure("replicationGroupMachines");
  for (const [group, machines] of grouped(members, ({ group }) => group)) {
    const first = machines[most];
    if (first === undefined) continue;
    const message = `is machine ${most + 1} of ${machines.length} of the replication group '${group}'; it has at most ${most}, so make another group`;
    findings.add("replication-group-limit", [...first.path, "group"], message);
  }
}

/** The process server that is known to serve a machine: the one it names, or the only one of its site. */
export function serverOf(site: StackSite): (machine: StackMachine) => string | undefined {
  const [only, ...others] = site.processServers ?? [];
  return ({ processServer }) => processServer ?? (others.length === 0 ? only?.name : undefined);
}

function checkServers(site: StackSite, members: readonly Member[], findings: Findings): void {
  const machinesMost = figure("processServerMachines");
  const changeMost = figure("processServerChurnGibibytesPerDay");
  for (const [server, machines] of grouped(members, serverOf(site))) {
    const first = machines[machinesMost];
    if (first !== undefined) {
      const message = `is machine ${machinesMost + 1} of ${machines.length} on the process server ${server}, and ${machinesMost} are advised; add a process server and name it here`;
      findings.add("process-server-machines", first.path, message);
    }
    let sum = 0;
    for (const { machine, path } of machines) {
      const before = sum;
      sum += machine.dailyChangeGibibytes ?? 0;
      if (before > changeMost || sum <= changeMost || machines.length === 1) continue;
      const message = `brings the process server ${server} to ${sum} GiB a day, and ${changeMost} are advised; give the machine to another one`;
      findings.add("process-server-churn", [...path, "dailyChangeGibibytes"], message);
    }
  }
}

/** One machine's data goes through one process server, or else all disks together to Azure. */
function checkChange(site: StackSite, members: readonly Member[], findings: Findings): void {
  const usesServer = kindOf(site) === "vmware" || (site.processServers ?? []).length > 0;
  const most = usesServer
    ? figure("processServerChurnGibibytesPerDay")
    : (figure("machineChurnMebibytesPerSecond") * 86_400) / 1024;
  for (const { machine, path } of members) {
    const change = machine.dailyChangeGibibytes ?? 0;
    if (change <= most) continue;
    const message = `is ${change} GiB a day; at most ${most} GiB of a machine are taken, so move what changes most to another machine`;
    findings.add("machine-churn", [...path, "dailyChangeGibibytes"], message);
  }
}

function checkPlans(stack: StackDefinition, findings: Findings): void {
  const most = figure("planMachines");
  for (const [index, plan] of (stack.plans ?? []).entries()) {
    const count = machinesOf(plan).length;
    if (count <= most) continue;
    const message = `has ${count} machines; a plan has at most ${most}, so make two plans`;
    findings.add("plan-machine-limit", ["plans", index, "groups"], message);
  }
}

export function checkLimits(stack: StackDefinition, findings: Findings): void {
  checkPlans(stack, findings);
  const bySite = new Map<StackSite, Member[]>(stack.sites.map((site) => [site, []]));
  for (const [index, machine] of (stack.machines ?? []).entries()) {
    const site = siteOf(stack, machine.site);
    if (site) bySite.get(site)?.push({ machine, path: ["machines", index] });
  }
  for (const [site, members] of bySite) {
    checkGroups(members, findings);
    checkServers(site, members, findings);
    checkChange(site, members, findings);
  }
}
