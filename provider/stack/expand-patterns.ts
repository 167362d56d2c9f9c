/** Replaces patterns by what they match: machines by their inventories, names in plans by the machines declared. */
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { InventoryView } from "./inventory-view.ts";
import { isPattern, matcherOf } from "./name-pattern.ts";
import { machinesOf } from "./stack-plan.ts";
import { containerOf, siteOf } from "./site-of.ts";
import { inventoriesOf, kindOf } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

export interface Expanded {
  readonly definition: StackDefinition;
  /** For each list that has patterns, where its entries come from. */
  readonly origins: ReadonlyMap<string, readonly YamlPath[]>;
  readonly problems: readonly { readonly path: YamlPath; readonly message: string }[];
}

/** The check of inventories reports what is wrong with one; here it has no machines. */
function machinesIn(stack: StackDefinition, site: StackSite, wanted: StackMachine, look: Look): string[] {
  // In a VMM site a machine is in the cloud of its host.
  const cloud = kindOf(site) === "vmm" ? containerOf(stack, wanted)?.path.join(".") : undefined;
  return inventoriesOf(site)
    .filter(({ path }) => cloud === undefined || path.join(".").startsWith(`${cloud}.`))
    .flatMap(({ folder }) => look(folder, site));
}

type Look = (inventory: string, site: StackSite) => readonly string[];

function lookInto(view: InventoryView): Look {
  const known = new Map<string, readonly string[]>();
  return (inventory) => {
    const names = known.get(inventory) ?? view.see(inventory, () => undefined)?.names ?? [];
    known.set(inventory, names);
    return names;
  };
}

/** Where no machine is looked at, those that plans, clusters and drills name are taken to be there. */
function namedElsewhere(stack: StackDefinition): Look {
  const { plans = [], clusters = [], drills = [] } = stack;
  return (_inventory, site) => {
    const names = [
      ...plans.filter((plan) => siteOf(stack, plan.site) === site).flatMap(machinesOf),
      ...clusters.flatMap(({ machines }) => machines),
      ...drills.flatMap(({ machine }) => machine ?? []),
    ];
    return names.filter((name) => !isPattern(name));
  };
}

/** The entries of a list, each pattern replaced by what `namesFor` has for it. */
function expandList<Entry>(
  list: readonly Entry[],
  at: YamlPath,
  matchesOf: (entry: Entry) => Entry[] | undefined,
): { entries: Entry[]; from: YamlPath[]; empty: number[] } {
  const expanded: { entries: Entry[]; from: YamlPath[]; empty: number[] } = {
    entries: [],
    from: [],
    empty: [],
  };
  for (const [index, entry] of list.entries()) {
    const matches = matchesOf(entry) ?? [entry];
    if (matches.length === 0) expanded.empty.push(index);
    for (const match of matches) {
      expanded.entries.push(match);
      expanded.from.push([...at, index]);
    }
  }
  return expanded;
}

type Problem = Expanded["problems"][number];

/** The machines of the definition, those of patterns found in the inventories. */
function expandMachines(
  stack: StackDefinition,
  { look, isBlind }: { look: Look; isBlind: boolean },
  problems: Problem[],
): { entries: StackMachine[]; from: YamlPath[] } {
  const written = stack.machines ?? [];
  const taken = new Set(written.flatMap(({ name }) => (isPattern(name) ? [] : name.toLowerCase())));
  const machines = expandList(written, ["machines"], (machine) => {
    if (!isPattern(machine.name)) return undefined;
    const site = siteOf(stack, machine.site);
    // A missing site is reported at the pattern itself.
    if (!site) return undefined;
    const matches = matcherOf(machine.name);
    const found = machinesIn(stack, site, machine, look).filter(
      (name) => matches(name) && !taken.has(name.toLowerCase()),
    );
    for (const name of found) taken.add(name.toLowerCase());
    // The rest of the entry is checked all the same.
    if (isBlind && found.length === 0) return undefined;
    return [...new Set(found)].map((name) => ({ ...machine, name }));
  });
  for (const index of machines.empty) {
    const message = `'${written[index]!.name}' matches no machine that has no entry of its own; mend the pattern`;
    problems.push({ path: ["machines", index, "name"], message });
  }
  return machines;
}

export function expandPatterns(stack: StackDefinition, view: InventoryView): Expanded {
  const origins = new Map<string, YamlPath[]>();
  const problems: Problem[] = [];
  const look = view.knowsMachines ? lookInto(view) : namedElsewhere(stack);
  const machines = expandMachines(stack, { look, isBlind: !view.knowsMachines }, problems);
  origins.set("machines", machines.from);
  const names = machines.entries.map(({ name }) => name);
  /** The names in a list of a plan or cluster, each pattern replaced by the machines declared. */
  const expandNames = (members: readonly string[], at: YamlPath): readonly string[] => {
    if (!members.some(isPattern)) return members;
    const list = expandList(members, at, (name) =>
      isPattern(name)
        ? names.filter((machine) => matcherOf(name)(machine) && !members.includes(machine))
        : undefined,
    );
    for (const index of list.empty) {
      const message = `'${members[index]!}' matches no machine of this definition; mend the pattern`;
      problems.push({ path: [...at, index], message });
    }
    origins.set(at.join("."), list.from);
    return list.entries;
  };
  const clusters = (stack.clusters ?? []).map((cluster, index) => ({
    ...cluster,
    machines: expandNames(cluster.machines, ["clusters", index, "machines"]),
  }));
  const plans = (stack.plans ?? []).map((plan, planIndex) => ({
    ...plan,
    groups: plan.groups.map((group, groupIndex) => {
      const at = ["plans", planIndex, "groups", groupIndex];
      if (!("machines" in group)) return expandNames(group, at);
      return { ...group, machines: expandNames(group.machines, [...at, "machines"]) };
    }),
  }));
  const definition = {
    ...stack,
    ...(stack.machines === undefined ? {} : { machines: machines.entries }),
    ...(stack.clusters === undefined ? {} : { clusters }),
    ...(stack.plans === undefined ? {} : { plans }),
  };
  // Which machines a pattern matches is not known then.
  return { definition, origins, problems: view.knowsMachines ? problems : [] };
}
