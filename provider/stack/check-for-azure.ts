/** What a definition for the target azure must not ask for: Azure has no resource, or no property, that says it. */
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import { containersOf, kindOf } from "./site-parts.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { longForm, type StackPlan, type StackSteps } from "./stack-plan.ts";

const action =
  "a failover is an action in Azure; leave it out, and run it in the portal, with az, or by the REST API";

function checkMoves(stack: StackDefinition, findings: Findings): void {
  for (const list of ["machines", "plans"] as const)
    for (const [index, one] of (stack[list] ?? []).entries())
      for (const property of ["activeLocation", "failover"] as const)
        if (one[property] !== undefined) findings.add("azure-failover", [list, index, property], action);
}

function checkServers(stack: StackDefinition, findings: Findings): void {
  for (const [index, machine] of (stack.machines ?? []).entries())
    for (const property of ["processServer", "masterTarget"] as const)
      if (machine[property] !== undefined)
        findings.add(
          "azure-server",
          ["machines", index, property],
          "Azure knows its servers by the ids that they registered with, and chooses one by itself; leave it out",
        );
}

function checkSites(stack: StackDefinition, findings: Findings): void {
  for (const [index, site] of stack.sites.entries()) {
    const at: YamlPath = ["sites", index];
    for (const container of containersOf(site)) {
      if (container.target === undefined) continue;
      const path = [...at, ...container.path, "target"];
      findings.add(
        "azure-second-site",
        path,
        "Azure has retired replication to a second site of one's own; leave it out to replicate to Azure, or keep the target engine",
      );
    }
    if (kindOf(site) !== "hyperv" || (site.networkMappings ?? []).length < 2) continue;
    for (const [at, machine] of (stack.machines ?? []).entries()) {
      if ((machine.site ?? stack.sites[0]!.name) !== site.name || machine.network !== undefined) continue;
      findings.add(
        "azure-network-choice",
        ["machines", at, "name"],
        `is in ${site.name}, which maps several networks, and Azure maps none of a Hyper-V site; set its network`,
      );
    }
  }
}

function checkPolicies(stack: StackDefinition, findings: Findings): void {
  for (const [index, policy] of stack.policies.entries()) {
    if (policy.officeHours === undefined) continue;
    findings.add(
      "azure-office-hours",
      ["policies", index, "officeHours"],
      "Azure has no setting for hours without resync; leave it out",
    );
  }
}

function stepListsOf(plan: StackPlan): { path: YamlPath; steps: StackSteps }[] {
  return [
    ...(plan.shutdown ? [{ path: ["shutdown"], steps: plan.shutdown }] : []),
    ...(plan.move ? [{ path: ["move"], steps: plan.move }] : []),
    ...plan.groups.map((group, index) => ({ path: ["groups", index], steps: longForm(group) })),
  ];
}

function checkScripts(stack: StackDefinition, findings: Findings): void {
  for (const [index, plan] of (stack.plans ?? []).entries())
    for (const { path, steps } of stepListsOf(plan))
      for (const when of ["before", "after"] as const)
        for (const [at, step] of (steps[when] ?? []).entries()) {
          if (step.script === undefined || step.at === "primary") continue;
          findings.add(
            "azure-script",
            ["plans", index, ...path, when, at, "script"],
            "Azure runs nothing but runbooks at its side; make it a manual step, or add the runbook in the portal",
          );
        }
}

/** Lists that a definition for Azure has to leave out, and why. */
const leftOutForAzure = {
  migrations: [
    "azure-migration",
    "Azure's migration items need a subscription and secrets that no definition knows; declare it in a program",
  ],
  clusters: [
    "azure-cluster",
    "Azure has clusters between its own regions only; leave it out, or keep the target engine",
  ],
  drills: [
    "azure-drill",
    "a test failover is an action in Azure; leave the drill out, or keep a stack of the target engine for it",
  ],
} as const;

function checkLists(stack: StackDefinition, findings: Findings): void {
  for (const list of ["migrations", "clusters", "drills"] as const) {
    const [rule, message] = leftOutForAzure[list];
    for (const index of (stack[list] ?? []).keys()) findings.add(rule, [list, index, "name"], message);
  }
}

export function checkForAzure(stack: StackDefinition, findings: Findings): void {
  checkMoves(stack, findings);
  checkServers(stack, findings);
  checkSites(stack, findings);
  checkPolicies(stack, findings);
  checkScripts(stack, findings);
  checkLists(stack, findings);
}
