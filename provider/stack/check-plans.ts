/** Recovery plans: their machines, their steps, and that a machine's side is said once. */
import { microsoftAzure } from "../kinds/kind.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { checkChoice } from "./check-choice.ts";
import { checkSides, type Named } from "./check-sides.ts";
import type { Findings } from "./findings.ts";
import { siteOf, targetSiteOf } from "./site-of.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { longForm, type StackPlan, type StackSteps } from "./stack-plan.ts";

function machinesAt(plan: StackPlan, at: YamlPath): Named[] {
  return plan.groups.flatMap((group, groupIndex) => {
    const list = [...at, "groups", groupIndex, ...("machines" in group ? ["machines"] : [])];
    return longForm(group).machines.map((name, place) => ({ path: [...list, place], name }));
  });
}

function checkSteps(steps: StackSteps, at: YamlPath, findings: Findings): void {
  for (const when of ["before", "after"] as const) {
    for (const [index, step] of (steps[when] ?? []).entries()) {
      const path = [...at, when, index];
      if ((step.script === undefined) === (step.manual === undefined)) {
        findings.add(
          "plan-step-sort",
          path,
          "is neither a script nor a manual step, or both; write script or manual",
        );
      }
      if (step.manual === undefined) continue;
      for (const key of ["at", "timeout"] as const) {
        if (step[key] !== undefined)
          findings.add("plan-step-setting", [...path, key], "is for scripts; a manual step has none");
      }
    }
  }
}

/** Machines that are there, all of one site and with one recovery side. */
function checkMachines(
  stack: StackDefinition,
  plan: StackPlan,
  items: readonly Named[],
  findings: Findings,
): void {
  const machines = new Map((stack.machines ?? []).map((machine) => [machine.name, machine]));
  const names = [...machines.keys()];
  const site = siteOf(stack, plan.site);
  let first: { name: string; target: string | undefined } | undefined;
  for (const item of items) {
    const machine = machines.get(item.name);
    if (!machine) findings.requireName("plan-unknown-machine", item.path, item.name, "machine", names);
    const itsSite = machine && siteOf(stack, machine.site);
    if (!site || !itsSite) continue;
    if (itsSite !== site) {
      const message = `'${item.name}' is of the site ${itsSite.name}, and the plan of ${site.name}; plans have one site`;
      findings.add("plan-mixed-sites", item.path, message);
    }
    const target = targetSiteOf(stack, machine);
    first ??= { name: machine.name, target };
    if (target === first.target) continue;
    const [here, there] = [target, first.target].map((name) => name ?? microsoftAzure);
    const message = `'${item.name}' replicates to ${here}, and '${first.name}' to ${there}; plans have one recovery side`;
    findings.add("plan-mixed-targets", item.path, message);
  }
  findings.requireUnique(items, "machine of this plan");
}

export function checkPlan(stack: StackDefinition, plan: StackPlan, index: number, findings: Findings): void {
  const path = ["plans", index];
  const sites = stack.sites.map(({ name }) => name);
  checkChoice(findings, { rule: "unknown-site", path, key: "site", what: "site" }, plan.site, sites);
  const items = machinesAt(plan, path);
  checkMachines(stack, plan, items, findings);
  checkSides(stack, { what: "plan", ...plan }, items, findings);
  checkSteps(plan.shutdown ?? {}, [...path, "shutdown"], findings);
  checkSteps(plan.move ?? {}, [...path, "move"], findings);
  for (const [place, group] of plan.groups.entries()) {
    checkSteps(longForm(group), [...path, "groups", place], findings);
  }
}
