/** The guard of a plan: what forbids a run is said before anything is changed, for all machines at once. */
import { nameOf } from "../../arm-id.ts";
import { type ErrorCode, SiteRecoveryError } from "../../errors.ts";
import { requireNoRefusals } from "../job/foresight.ts";
import { commandList } from "../../model/commands.ts";
import type { ForeseenPlan } from "./foresee-plan.ts";
import { planCommandsOf } from "./plan-commands.ts";
import type { PlanOperationName } from "./plan-operation.ts";
import { joined, type Message, plain, said } from "../../message.ts";

/** Throws what forbids the run, naming each machine that is in the way, and the commands that are allowed. */
export function requirePlanAllowed(
  planId: string,
  { operation, machines, refusals }: ForeseenPlan,
  allowed: readonly PlanOperationName[],
): void {
  requireNoRefusals({ refusals });
  const found = machines.flatMap((machine) => machine.refusals);
  if (found.length === 0) return;
  const codes = new Set(found.map(({ code }) => code));
  const code: ErrorCode = codes.size === 1 ? [...codes][0]! : "ActionNotAllowed";
  const lines: Message[] = [...new Map(found.map((one) => [one.message, one.said])).values()];
  // A command that is refused for what was found in the world is not offered again, though the states allow it.
  const refused = planCommandsOf(planId, [operation.name]);
  const others = planCommandsOf(planId, allowed).filter((command) => !refused.includes(command));
  if (others.length > 0)
    lines.push(said`Allowed now for ${nameOf(planId)}: ${commandList(others, nameOf(planId))}.`);
  const message = said`The ${plain(operation.title)} of ${nameOf(planId)} is not allowed now, and nothing was changed:\n  ${joined(lines, "\n  ")}`;
  throw new SiteRecoveryError(code, message, { target: planId });
}
