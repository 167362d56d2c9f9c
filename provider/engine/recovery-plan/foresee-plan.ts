/**
 * What a run of a plan would do and what forbids it, for all of its machines, found before the first of them is shut
 * down: recovery points, networks, room, scripts, leases, clusters. Nothing is changed.
 */
import { idKey, nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";
import { kinds } from "../../kinds/registry.ts";
import { openJobOf } from "../../store/jobs.ts";
import { currentLease } from "../../store/leases.ts";
import type { Thing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { afterStep, foreseeLater } from "../failover/foresee-later.ts";
import type { ForeseenMove } from "../failover/foresee-step.ts";
import { requireNoPoint } from "../failover/foresee-failover.ts";
import { requireRooms } from "../failover/foresee-room.ts";
import { requireIsolatedNetwork } from "../failover/isolated-network.ts";
import { type Foreseen, Foresight } from "../job/foresight.ts";
import { foresee } from "../job/run-job.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { requireAllowed } from "../../model/allowed-actions.ts";
import type { ProtectedItem } from "../../model/item.ts";
import type { ItemAction } from "../../model/transitions.ts";
import { requireWholeClusters } from "../protected-item/cluster-actions.ts";
import { choosePlanPoint } from "./choose-plan-points.ts";
import { withStepJob } from "./run-machine-step.ts";
import { itemIdsOf } from "./plan-groups.ts";
import { operationFor, type PlanOperation, stepOf } from "./plan-operation.ts";
import type { PlanInput, PlanRequest, PlanRun } from "./plan-run.ts";
import { type Stage, stagesOf } from "./plan-steps.ts";
import { listPlans } from "./plan-things.ts";
import { requireScripts } from "./require-scripts.ts";
import { plain, said } from "../../message.ts";

/** A machine that is left for an operation, and the step that it would take. */
export interface ForeseenMachine extends Foreseen {
  readonly itemId: string;
  readonly action: ItemAction;
}

export interface ForeseenPlan {
  readonly operation: PlanOperation;
  readonly stages: readonly Stage[];
  readonly machines: readonly ForeseenMachine[];
  /** What forbids the run as a whole; what forbids a machine's step is with the machine. */
  readonly refusals: readonly SiteRecoveryError[];
  readonly warnings: readonly string[];
}

/** A replication cycle is waited for; anything else that works on a machine now forbids a run. */
const replication = "replication";

/** Another plan whose run has begun and not ended, and that has one of these machines. Throws `Busy`. */
export function requireNoOtherRun(parts: EngineParts, plan: Thing<RecoveryPlanInputs>): void {
  const own = new Set(itemIdsOf(plan.inputs).map(idKey));
  for (const other of listPlans(parts)) {
    if (sameId(other.id, plan.id)) continue;
    const shared = itemIdsOf(other.inputs).find((id) => own.has(idKey(id)));
    const job = shared === undefined ? undefined : openJobOf(parts.store, other.id);
    if (shared === undefined || job === undefined) continue;
    const message = said`${nameOf(plan.id)} cannot run now: its machine ${nameOf(shared)} is in the ${plain(kinds[other.kind].title)} ${nameOf(other.id)},
        whose ${job.scenario} has not ended (job ${job.id}, ${job.state}). Run that plan again to end it, or give it
        up with \`siterecovery jobs cancel ${job.id}\`.`;
    throw new SiteRecoveryError("Busy", message, { target: plan.id });
  }
}

function requireIdleMachine(parts: EngineParts, plan: Thing<RecoveryPlanInputs>, itemId: string): void {
  const lease = currentLease(parts.store, itemId, parts.clock);
  if (lease === undefined || lease === replication) return;
  const message = said`${nameOf(plan.id)} cannot run now: ${lease} of ${nameOf(itemId)} is under way. Wait for its end.`;
  throw new SiteRecoveryError("Busy", message, { target: plan.id });
}

function requireMachines(plan: Thing<RecoveryPlanInputs>): void {
  if (itemIdsOf(plan.inputs).length > 0) return;
  const message = said`The recovery plan ${nameOf(plan.id)} has no machines.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: plan.id });
}

/** Two machines of a plan that would be made in one folder, because they have one name at the other side. */
function requireOwnNames(plan: Thing<RecoveryPlanInputs>, machines: readonly ForeseenMachine[]): void {
  const taken = new Map<string, string>();
  for (const { itemId, steps } of machines) {
    const folder = steps.find(({ action }) => action === "make")?.folder?.toLowerCase();
    if (folder === undefined) continue;
    const other = taken.get(folder);
    if (other !== undefined) {
      const message = said`${nameOf(plan.id)} would make ${nameOf(other)} and ${nameOf(itemId)} in one folder, ${folder}. Give one of them another name at the recovery side.`;
      throw new SiteRecoveryError("AlreadyExists", message, { target: itemId });
    }
    taken.set(folder, itemId);
  }
}

async function foreseeMachine(run: PlanRun, itemId: string): Promise<ForeseenMachine> {
  const { parts, operation, plan, input } = run;
  const item = requireItem(parts, itemId);
  const action = stepOf(operation, item);
  const own = new Foresight();
  await own.check(() => requireAllowed(item, action));
  const point = operation.choosesPoints ? await own.check(() => choosePlanPoint(run, itemId)) : undefined;
  if (own.refusals.length > 0) return { ...own, itemId, action };
  const points = point === undefined ? {} : { [idKey(itemId)]: point.id };
  const foreseen = await withStepJob(
    { planId: plan.id, input, points },
    item,
    action,
    (definition, jobInput) => foresee(definition, { parts, itemId, item, input: jobInput }),
  );
  return { ...foreseen, itemId, action };
}

/** What an operation of a plan would do now. */
export async function foreseePlan(
  parts: EngineParts,
  plan: Thing<RecoveryPlanInputs>,
  operation: PlanOperation,
  request: PlanRequest,
): Promise<ForeseenPlan> {
  const input: PlanInput = { ...request, requestedAt: parts.clock.now() };
  const whole = new Foresight();
  const run: PlanRun = {
    parts,
    plan,
    operation,
    jobId: "",
    input,
    progress: { report: (line) => whole.warnings.push(line) },
  };
  const ids = itemIdsOf(plan.inputs);
  const isLeft = (id: string): boolean => !operation.isDone(requireItem(parts, id), plan.id);
  await whole.check(() => requireMachines(plan));
  await whole.check(() =>
    requireWholeClusters(parts, ids, (id) => stepOf(operation, requireItem(parts, id))),
  );
  await whole.check(() => requireNoOtherRun(parts, plan));
  for (const id of ids) await whole.check(() => requireIdleMachine(parts, plan, id));
  if (operation.choosesPoints !== true)
    await whole.check(() => requireNoPoint(plan.id, request.recoveryPoint));
  if (operation.name === "TestFailover") {
    await whole.check(() => requireIsolatedNetwork(parts, plan.id, request.networkId ?? ""));
  }
  const stages = stagesOf(plan.inputs, operation, { shutDownSources: request.shutDownSources ?? true });
  const scripts = new Foresight();
  await scripts.check(() => requireScripts(run, stages));
  // After a disaster it is better to have the machines up to a script than none of them.
  if (operation.shutsDown === "ifReachable")
    whole.warnings.push(...scripts.refusals.map(({ message }) => message));
  else whole.refusals.push(...scripts.refusals);
  const machines: ForeseenMachine[] = [];
  for (const id of ids.filter(isLeft)) machines.push(await foreseeMachine(run, id));
  await whole.check(() => requireOwnNames(plan, machines));
  const areWell = machines.every(({ refusals }) => refusals.length === 0);
  if (areWell)
    await whole.check(() =>
      requireRooms(
        parts,
        machines.flatMap(({ rooms }) => rooms),
      ),
    );
  return { operation, stages, machines, refusals: whole.refusals, warnings: [...new Set(whole.warnings)] };
}

/** What a machine would do in an operation that runs after another one. */
export interface LaterMachine extends ForeseenMove {
  readonly itemId: string;
}

export interface LaterOperation {
  readonly operation: PlanOperation;
  readonly machines: readonly LaterMachine[];
}

/** What the operations of a plan after the first would do, as far as it can be known now; the first was foreseen. */
export async function foreseeLaterOperations(
  parts: EngineParts,
  plan: Thing<RecoveryPlanInputs>,
  { operation: first }: Pick<ForeseenPlan, "operation">,
  requests: readonly PlanRequest[],
): Promise<LaterOperation[]> {
  const now = itemIdsOf(plan.inputs).map((id) => requireItem(parts, id));
  const after = (operation: PlanOperation, item: ProtectedItem): ProtectedItem =>
    operation.isDone(item, plan.id) ? item : afterStep(item, stepOf(operation, item));
  let items = now.map((item) => after(first, item));
  const found: LaterOperation[] = [];
  for (const request of requests) {
    const operation = operationFor(request, items);
    const input: PlanInput = { ...request, requestedAt: parts.clock.now() };
    const machines: LaterMachine[] = [];
    for (const [index, later] of items.entries()) {
      if (operation.isDone(later, plan.id)) continue;
      const item = now[index]!;
      const asked = { planId: plan.id, input, points: {} };
      const move = await withStepJob(asked, later, stepOf(operation, later), (definition, jobInput) =>
        foreseeLater(parts, { item, later }, definition, jobInput),
      );
      machines.push({ ...move, itemId: item.id });
    }
    found.push({ operation, machines });
    items = items.map((item) => after(operation, item));
  }
  return found;
}
