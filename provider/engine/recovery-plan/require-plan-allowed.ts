/** The guard of a plan: what speaks against a run is told before anything is changed, for all machines at once. */
import { idKey, nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";
import { kinds } from "../../kinds/registry.ts";
import { openJobOf } from "../../store/jobs.ts";
import { currentLease } from "../../store/leases.ts";
import type { Thing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireItem } from "../job/run-job.ts";
import { requireWholeClusters } from "../protection-cluster/cluster-actions.ts";
import { requireAllowed } from "../protected-item/allowed-actions.ts";
import { itemIdsOf } from "./plan-groups.ts";
import { type PlanOperation, stepOf } from "./plan-operation.ts";
import { listPlans } from "./plan-things.ts";

/** A replication cycle is waited for; anything else that works on a machine now speaks against a run. */
const replication = "replication";

function refuse(code: "ActionNotAllowed" | "Busy", planId: string, message: string): never {
  throw new SiteRecoveryError(code, message, { target: planId });
}

/** Another plan whose run has begun and not ended, and that has one of these machines. */
function requireNoOtherRun(parts: EngineParts, plan: Thing<RecoveryPlanInputs>): void {
  const own = new Set(itemIdsOf(plan.inputs).map(idKey));
  for (const other of listPlans(parts)) {
    if (sameId(other.id, plan.id)) continue;
    const shared = itemIdsOf(other.inputs).find((id) => own.has(idKey(id)));
    const job = shared === undefined ? undefined : openJobOf(parts.store, other.id);
    if (shared === undefined || job === undefined) continue;
    const message =
      `${nameOf(plan.id)} cannot run now: its machine ${nameOf(shared)} is in the ${kinds[other.kind].title} ${nameOf(other.id)}, ` +
      `whose ${job.scenario} has not ended (job ${job.id}, ${job.state}). Run that plan again to end it, or give it ` +
      `up with \`siterecovery jobs cancel ${job.id}\`.`;
    refuse("Busy", plan.id, message);
  }
}

function refusalOf(parts: EngineParts, itemId: string, operation: PlanOperation): string | undefined {
  const item = requireItem(parts, itemId);
  try {
    requireAllowed(item, stepOf(operation, item));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Throws `ActionNotAllowed` or `Busy`, naming each machine that is in the way. */
export function requirePlanAllowed(
  parts: EngineParts,
  plan: Thing<RecoveryPlanInputs>,
  operation: PlanOperation,
): void {
  const name = nameOf(plan.id);
  const ids = itemIdsOf(plan.inputs);
  if (ids.length === 0) refuse("ActionNotAllowed", plan.id, `The recovery plan ${name} has no machines.`);
  requireWholeClusters(parts, ids, (id) => stepOf(operation, requireItem(parts, id)));
  requireNoOtherRun(parts, plan);
  for (const id of ids) {
    const lease = currentLease(parts.store, id, parts.clock);
    if (lease === undefined || lease === replication) continue;
    refuse(
      "Busy",
      plan.id,
      `${name} cannot run now: ${lease} of ${nameOf(id)} is under way. Wait for its end.`,
    );
  }
  const left = ids.filter((id) => !operation.isDone(requireItem(parts, id), plan.id));
  const refusals = left.flatMap((id) => refusalOf(parts, id, operation) ?? []);
  if (refusals.length === 0) return;
  const message =
    `The ${operation.title} of ${name} is not allowed now, and nothing was changed:\n  ` +
    refusals.join("\n  ");
  refuse("ActionNotAllowed", plan.id, message);
}
