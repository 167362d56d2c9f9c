import type { StackDefinition, StackSite } from "./stack-definition.ts";

/** The site of a machine or plan: the one it names, or the only one. */
export function siteOf(stack: StackDefinition, name: string | undefined): StackSite | undefined {
  return name === undefined && stack.sites.length === 1
    ? stack.sites[0]
    : stack.sites.find((site) => site.name === name);
}
