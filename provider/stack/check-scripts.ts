/**
 * The scripts of plans: files that are there. A relative path stays inside of the definition's folder, links followed,
 * as that of an inventory does: a definition from someone else must not run files outside its folder.
 */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import type { RuleId } from "../rules/registry.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { isOutside } from "./real-folder.ts";
import type { Findings } from "./findings.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { longForm, type StackPlan, type StackSteps } from "./stack-plan.ts";

const leadsOut =
  "leads out of the definition's folder; move it there, or write its absolute path if it is meant";

interface Reason {
  readonly rule: RuleId;
  readonly message: string;
}

function reasonAgainst(script: string, folder: string): Reason | undefined {
  const file = path.resolve(folder, script);
  const mayBeOutside = path.isAbsolute(script);
  if (!mayBeOutside && isOutside(folder, file))
    return { rule: "folder-leads-out", message: `'${script}' ${leadsOut}` };
  if (!localFileSystem.exists(file))
    return {
      rule: "plan-script-missing",
      message: `there is no file ${file}; write the script and make it executable`,
    };
  const real = localFileSystem.realPath(file);
  if (mayBeOutside || !isOutside(localFileSystem.realPath(folder), real)) return undefined;
  return { rule: "folder-leads-out", message: `'${script}' is a link that ${leadsOut}` };
}

function stepsOf(plan: StackPlan): { readonly at: YamlPath; readonly steps: StackSteps }[] {
  return [
    { at: ["shutdown"], steps: plan.shutdown ?? {} },
    { at: ["move"], steps: plan.move ?? {} },
    ...plan.groups.map((group, index) => ({ at: ["groups", index], steps: longForm(group) })),
  ];
}

export function checkScripts(stack: StackDefinition, folder: string, findings: Findings): void {
  for (const [planIndex, plan] of (stack.plans ?? []).entries()) {
    for (const { at, steps } of stepsOf(plan)) {
      for (const when of ["before", "after"] as const) {
        for (const [index, { script }] of (steps[when] ?? []).entries()) {
          const reason = script === undefined ? undefined : reasonAgainst(script, folder);
          if (reason !== undefined)
            findings.add(reason.rule, ["plans", planIndex, ...at, when, index, "script"], reason.message);
        }
      }
    }
  }
}
