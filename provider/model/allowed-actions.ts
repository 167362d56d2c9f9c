/** What an item may do now, derived from the table of transitions, and the refusal of everything else. */
import { nameOf } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import { flows } from "./flows.ts";
import { commandList, commandsOf, stepTitles } from "./commands.ts";
import type { ProtectedItem } from "./item.ts";
import { stateFacts } from "./states.ts";
import { type ItemAction, type ItemStep, itemActions, nextState } from "./transitions.ts";
import { plain, said } from "../message.ts";

const failoverKindOf: Partial<Record<ItemStep, "planned" | "unplanned">> = {
  PlannedFailover: "planned",
  UnplannedFailover: "unplanned",
};

/** Whether an item may take a step now: by the table, its flow's failovers, and a pending test failover. */
export function isAllowed(item: ProtectedItem, step: ItemStep): boolean {
  const flow = flows[item.details.flow];
  if (nextState(flow, item.state, step) === undefined) return false;
  const kind = failoverKindOf[step];
  if (kind && !flow.failoverKinds.includes(kind)) return false;
  const cleanupPending = item.testFailoverState !== "None";
  return cleanupPending === (step === "TestFailoverCleanup");
}

/** The operations that Azure's API would list as allowed. */
export function allowedActions(item: ProtectedItem): ItemAction[] {
  return itemActions.filter((action) => isAllowed(item, action));
}

/** Throws `ActionNotAllowed`, naming the commands that are allowed instead. */
export function requireAllowed(item: ProtectedItem, step: ItemStep): void {
  if (isAllowed(item, step)) return;
  const name = nameOf(item.id);
  const title = plain(stepTitles[step]);
  if (item.testFailoverState !== "None") {
    const message = said`The ${title} of ${name} is not allowed while its test failover runs.
        Run \`siterecovery clean-up ${name}\` first.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: item.id });
  }
  const state = plain(stateFacts[item.state].description);
  const allowed = commandList(commandsOf(item, allowedActions(item)), name);
  const message = said`The ${title} of ${name} is not allowed now (${state}). Allowed now: ${allowed}.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: item.id });
}
