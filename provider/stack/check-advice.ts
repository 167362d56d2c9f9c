/** What is advised and not wanted: plans for all machines, drills, room in the caches of process servers. */
import { figures } from "../rules/limits.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { serverOf } from "./check-limits.ts";
import { machinesOfDrill } from "./check-drills.ts";
import type { Findings } from "./findings.ts";
import { isPattern } from "./name-pattern.ts";
import { siteOf } from "./site-of.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { machinesOf } from "./stack-plan.ts";
import type { StackProcessServer, StackSite } from "./stack-site.ts";

/** More machines without a plan than these are counted and not listed. */
const listedMax = 20;

function checkPlanned(stack: StackDefinition, findings: Findings): void {
  const machines = stack.machines ?? [];
  const plans = stack.plans ?? [];
  if (machines.length === 0) return;
  if (plans.length === 0) {
    const message = "are in no recovery plan, so they come back by hand and one by one; declare a plan";
    findings.add("machine-in-plan", ["machines"], message);
    return;
  }
  const planned = new Set(plans.flatMap(machinesOf));
  const left = [...machines.entries()].filter(([, { name }]) => !planned.has(name) && !isPattern(name));
  for (const [place, [index, { name }]] of left.slice(0, listedMax).entries()) {
    const others = place === listedMax - 1 ? left.length - listedMax : 0;
    const more = others === 0 ? "" : `; nor are ${others} more`;
    const message = `'${name}' is in no recovery plan; add it to a group of one${more}`;
    findings.add("machine-in-plan", ["machines", index, "name"], message);
  }
}

function checkDrilled(stack: StackDefinition, findings: Findings): void {
  // A drill in Azure is an action that no definition sees.
  if (stack.target === "azure") return;
  const drilled = new Set(
    (stack.drills ?? []).flatMap((drill) => machinesOfDrill(stack, drill)).map(({ name }) => name),
  );
  for (const [index, plan] of (stack.plans ?? []).entries()) {
    if (machinesOf(plan).some((name) => drilled.has(name))) continue;
    const message = `the plan '${plan.name}' has no drill; declare one of it, with a schedule that tries it every quarter`;
    findings.add("plan-drilled", ["plans", index, "name"], message);
  }
}

/** The advised room for an amount of changes a day, both in GiB. */
function advisedCache(dailyChange: number): number {
  const sizes = figures("processServerCacheGibibytes");
  const step = figures("processServerCacheChurnGibibytesPerDay").findIndex((most) => dailyChange <= most);
  return sizes[step] ?? sizes.at(-1)!;
}

function checkCache(
  stack: StackDefinition,
  { site, server, path }: { site: StackSite; server: StackProcessServer; path: YamlPath },
  findings: Findings,
): void {
  if (server.cacheLimitMebibytes === undefined) return;
  const nameOf = serverOf(site);
  const change = (stack.machines ?? [])
    .filter((machine) => siteOf(stack, machine.site) === site && nameOf(machine) === server.name)
    .reduce((sum, { dailyChangeGibibytes = 0 }) => sum + dailyChangeGibibytes, 0);
  const advised = advisedCache(change);
  if (change === 0 || server.cacheLimitMebibytes >= advised * 1024) return;
  const message = `is ${server.cacheLimitMebibytes} MiB, and its machines change ${change} GiB a day; ${advised} GiB (${advised * 1024}) are advised`;
  findings.add("process-server-cache", [...path, "cacheLimitMebibytes"], message);
}

export function checkAdvice(stack: StackDefinition, findings: Findings): void {
  checkPlanned(stack, findings);
  // In Azure a drill is an action, which no definition declares.
  if (stack.target !== "azure") checkDrilled(stack, findings);
  for (const [index, site] of stack.sites.entries()) {
    for (const [place, server] of (site.processServers ?? []).entries()) {
      const path = ["sites", index, "processServers", place];
      checkCache(stack, { site, server, path }, findings);
    }
  }
}
