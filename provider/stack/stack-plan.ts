/** Recovery plans of a definition: a group is a list of machines, or that with steps before and after it. */
import type { ActiveLocation, FailoverSettings } from "../kinds/protected-item.ts";

/** When a step runs: in which failovers to the recovery side, and on the way back. */
export type StepOccasion = "planned" | "unplanned" | "test" | "failback";

export interface StackStep {
  readonly name?: string;
  /** A file that is executed; relative paths count from the definition's folder. Either this or `manual`. */
  readonly script?: string;
  readonly at?: ActiveLocation;
  readonly timeout?: string;
  /** What a person has to do. */
  readonly manual?: string;
  readonly on?: readonly StepOccasion[];
}

export interface StackSteps {
  readonly before?: readonly StackStep[];
  readonly after?: readonly StackStep[];
}

export type StackGroup = readonly string[] | (StackSteps & { readonly machines: readonly string[] });

export interface StackPlan {
  readonly name: string;
  readonly site?: string;
  readonly activeLocation?: ActiveLocation;
  readonly failover?: FailoverSettings;
  /** Steps around the shutting down of what runs now. */
  readonly shutdown?: StackSteps;
  /** Steps around the making of all machines at the other side. */
  readonly move?: StackSteps;
  readonly groups: readonly StackGroup[];
}

/** The long form of a group. */
export function longForm(group: StackGroup): StackSteps & { readonly machines: readonly string[] } {
  return "machines" in group ? group : { machines: group };
}

export function machinesOf(plan: StackPlan): string[] {
  return plan.groups.flatMap((group) => longForm(group).machines);
}
