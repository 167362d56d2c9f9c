import { containersOf, kindOf, type SiteContainer } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

/** The site of a machine or plan: the one it names, or the only one. */
export function siteOf(stack: StackDefinition, name: string | undefined): StackSite | undefined {
  return name === undefined && stack.sites.length === 1
    ? stack.sites[0]
    : stack.sites.find((site) => site.name === name);
}

/** The container of a machine: the cloud it names, or the only one of its site. */
export function containerOf(stack: StackDefinition, machine: StackMachine): SiteContainer | undefined {
  const site = siteOf(stack, machine.site);
  const containers = site ? containersOf(site) : [];
  return machine.cloud === undefined && containers.length === 1
    ? containers[0]
    : containers.find(({ name }) => name === machine.cloud);
}

/** The site that a machine replicates to, or `undefined` for Azure. */
export function targetSiteOf(stack: StackDefinition, machine: StackMachine): string | undefined {
  return containerOf(stack, machine)?.target?.site;
}

/** The names of a definition's sites, but of this one, and of its kind only. */
export function othersOf(stack: StackDefinition, site: StackSite): string[] {
  const isFit = (other: StackSite): boolean => other !== site && kindOf(other) === kindOf(site);
  return stack.sites.filter(isFit).map(({ name }) => name);
}

export function siteNamed(stack: StackDefinition, name: string): StackSite | undefined {
  return stack.sites.find((site) => site.name === name);
}
