/** What says for several machines together where they run: recovery plans that do, and protection clusters. */
import type { ActiveLocation } from "../kinds/protected-item.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { machinesOf } from "./stack-plan.ts";

export interface Mover {
  readonly what: "plan" | "cluster";
  readonly name: string;
  /** A cluster moves its machines together also where it does not say a side. */
  readonly activeLocation?: ActiveLocation | undefined;
  readonly machines: readonly string[];
}

function moversOf({ plans = [], clusters = [] }: StackDefinition): Mover[] {
  return [
    ...plans
      .filter(({ activeLocation }) => activeLocation !== undefined)
      .map((plan) => ({ ...plan, what: "plan" as const, machines: machinesOf(plan) })),
    ...clusters.map((cluster) => ({ ...cluster, what: "cluster" as const })),
  ];
}

/** By definition: for each machine the first of them. Found once, asked for each machine. */
const moversByMachine = new WeakMap<StackDefinition, Map<string, Mover>>();

/** The plan or cluster that says where a machine runs, one with a side first; `undefined` if the machine says it. */
export function moverOf(stack: StackDefinition, machineName: string): Mover | undefined {
  let byName = moversByMachine.get(stack);
  if (byName === undefined) {
    byName = new Map();
    const movers = moversOf(stack).toSorted(
      (one, other) => Number(one.activeLocation === undefined) - Number(other.activeLocation === undefined),
    );
    for (const mover of movers.toReversed()) for (const name of mover.machines) byName.set(name, mover);
    moversByMachine.set(stack, byName);
  }
  return byName.get(machineName);
}
