/**
 * `activeLocation` of a recovery plan: a change of the program's own text runs the plan's failover or failback, and
 * nothing else does. Machines that were moved outside of the program are reported and left alone.
 */
import { Notice } from "./notice.ts";
import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { flows } from "../model/flows.ts";
import type { ProtectedItem } from "../model/item.ts";
import { routeTo } from "../model/route.ts";
import type { PlanOperationName, PlanRequest, PlanView } from "../engine/recovery-plan/recovery-plans.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { ActiveLocation } from "../kinds/protected-item.ts";
import type { RecoveryPlanInputs } from "../kinds/recovery-plan.ts";
import { noteMove, requireNoDrill, requireNoNewDrill } from "./announced-work.ts";
import type { DiffAnswer, Work } from "./handler.ts";
import { forbiddenNotices } from "./move-machine.ts";
import { known } from "./settings-handler.ts";
import { given, joined, type Message, said, suggestion } from "../message.ts";

/** More runs than any way through the table has; a longer walk is a bug, not a wait. */
const runsMax = 12;

interface Wish {
  readonly last: RecoveryPlanInputs;
  readonly wanted: RecoveryPlanInputs;
}

/** A plan that says nothing of a side moves nothing; one that begins to say it begins at the primary side. */
function asksForMove({ last, wanted }: Wish): boolean {
  return wanted.activeLocation !== undefined && (last.activeLocation ?? "primary") !== wanted.activeLocation;
}

function asksForCommit({ last, wanted }: Wish): boolean {
  const released = last.failover?.commit === "manual" && wanted.failover?.commit !== "manual";
  return released && wanted.activeLocation !== undefined;
}

/** The failover to a side: as the program says, else a planned one where all machines have it. */
function failoverTo(side: ActiveLocation, { failover }: RecoveryPlanInputs, view: PlanView): PlanRequest {
  const hasPlanned = view.items.every(({ details }) => flows[details.flow].failoverKinds.includes("planned"));
  const kind = failover?.kind ?? (hasPlanned ? "planned" : "unplanned");
  if (side === "primary") return { operation: "Failback", unplanned: kind === "unplanned" };
  // A planned one refuses a point that it would ignore.
  const recoveryPoint = failover?.recoveryPoint ?? "latest";
  return { operation: kind === "planned" ? "PlannedFailover" : "UnplannedFailover", recoveryPoint };
}

/** What to run next, so that all machines get to a side, or `undefined` if they are there. */
function nextRun(side: ActiveLocation, wanted: RecoveryPlanInputs, view: PlanView): PlanRequest | undefined {
  const steps = view.items.map((item) => ({
    // Which failover it is matters for the plan as a whole only.
    step: routeTo(side, item, "unplanned")[0],
    isThere: item.activeLocation === side,
  }));
  const any = (wish: (one: (typeof steps)[number]) => boolean): boolean => steps.some(wish);
  if (any(({ step, isThere }) => step === "Commit" && !isThere)) return { operation: "Commit" };
  if (any(({ step, isThere }) => step === "ReverseReplicate" && !isThere))
    return { operation: "ReverseReplicate" };
  if (side === "recovery" && any(({ step }) => step === "ReverseReplicate"))
    return { operation: "ReverseReplicate" };
  if (any(({ step }) => step === "UnplannedFailover" || step === "Failback"))
    return failoverTo(side, wanted, view);
  const isManual = wanted.failover?.commit === "manual";
  if (any(({ step }) => step === "Commit")) return isManual ? undefined : { operation: "Commit" };
  return any(({ step }) => step === "ReverseReplicate") ? { operation: "ReverseReplicate" } : undefined;
}

const targetSide: Partial<Record<PlanOperationName, ActiveLocation>> = {
  PlannedFailover: "recovery",
  UnplannedFailover: "recovery",
  Failback: "primary",
};

/** A run that moved all machines to this side and then stopped, before the last of its groups had been started. */
function unfinishedRun(side: ActiveLocation, { lastJob, activeLocation }: PlanView): PlanRequest | undefined {
  if (lastJob === undefined || activeLocation !== side || targetSide[lastJob.operation] !== side)
    return undefined;
  return ["Succeeded", "Cancelled"].includes(lastJob.state) ? undefined : { operation: lastJob.operation };
}

/** A run that failed on its way to the other side is given up: the sources that it shut down start again. */
async function giveUpTheOtherWay(
  engine: Engine,
  id: string,
  side: ActiveLocation,
  work: Work,
): Promise<void> {
  const { lastJob } = engine.plans.view(id);
  if (lastJob?.state !== "Failed" || (targetSide[lastJob.operation] ?? side) === side) return;
  await engine.plans.cancel(lastJob.id, work);
}

/** Carries out what the program's text asks for, a run of the plan after the other. */
export async function movePlan(engine: Engine, id: string, wish: Wish, work: Work): Promise<void> {
  const { wanted } = wish;
  const side = known(wanted.activeLocation);
  if (side === undefined || (!asksForMove(wish) && !asksForCommit(wish))) return;
  await giveUpTheOtherWay(engine, id, side, work);
  for (let count = 0; count < runsMax; count += 1) {
    const view = engine.plans.view(id);
    const request = unfinishedRun(side, view) ?? nextRun(side, wanted, view);
    if (request === undefined) return;
    const { state, jobId } = await engine.plans.run(id, request, work);
    if (state === "Succeeded") continue;
    const message = said`${nameOf(id)} still waits for a person: \`siterecovery jobs complete ${jobId}\`, then run again.`;
    throw new SiteRecoveryError("Cancelled", message, { target: id });
  }
}

function namesOf(items: readonly ProtectedItem[]): Message {
  return joined(items.map((item) => nameOf(item.id)));
}

/**
 * What a preview says of where a plan's machines run: what forbids the run that the program's text asks for, else the
 * run, or what was moved outside of the program. Throws `ActionNotAllowed` if a drill of a machine has to go first.
 * Of a plan whose arguments are not all known, nothing forbids anything yet: the machines that are missing may be the rest.
 */
export async function announcePlanMove(
  engine: Engine,
  id: string,
  wish: Wish,
  isKnown: boolean,
): Promise<DiffAnswer["notices"]> {
  const side = known(wish.wanted.activeLocation);
  if (side !== undefined && asksForMove(wish)) {
    const view = engine.plans.view(id, wish.wanted);
    for (const item of view.items.filter((one) => one.activeLocation !== side)) {
      noteMove(engine, item.id, side);
      requireNoDrill(engine, item);
    }
    for (const { id: newId, item } of view.groups.flatMap(({ machines }) => machines)) {
      if (item !== undefined || known(newId) === undefined || side === "primary") continue;
      noteMove(engine, newId, side);
      requireNoNewDrill(engine, newId);
    }
  }
  const forbidden = isKnown ? await foreseePlanMove(engine, id, wish) : [];
  return forbidden.length > 0 ? forbidden : describePlanMove(engine, id, wish);
}

/** In words: what a preview's update would run, group by group, or what was found moved and is left alone. */
function describePlanMove(engine: Engine, id: string, wish: Wish): DiffAnswer["notices"] {
  const { wanted } = wish;
  const side = known(wanted.activeLocation);
  if (side === undefined) return [];
  const name = nameOf(id);
  const view = engine.plans.view(id, wanted);
  const elsewhere = view.items.filter((item) => item.activeLocation !== side);
  if (!asksForMove(wish)) return elsewhere.length === 0 ? [] : [movedText(name, side, elsewhere)];
  const machines = view.groups.flatMap((group) => group.machines);
  const isWhole = machines.length > 0 && machines.every(({ item }) => item !== undefined);
  const later = new Notice(
    "info",
    said`${name}: machines that are not protected yet are moved to the ${side} side as soon as they are`,
  );
  if (elsewhere.length === 0) {
    if (!isWhole) return [later];
    return [
      new Notice("info", said`the machines of ${name} run at the ${side} side already; none will be moved`),
    ];
  }
  const request = failoverTo(side, wanted, view);
  const commit = wanted.failover?.commit === "manual" ? "the commit is left to you" : "commit is automatic";
  const operation = given(request.operation, ["failover.kind"], request.operation);
  const end = suggestion("failover.commit", said`; ${commit}`);
  const first = said`${name}: ${operation} of ${namesOf(elsewhere)} to the ${side} side, group by group${end}`;
  const groups = engine.plans.describe(id, wanted, request).map((line) => said`${name}, ${line}`);
  return [...[first, ...groups].map((text) => new Notice("info", text)), ...(isWhole ? [] : [later])];
}

/** What forbids the first run that the program's text asks for, of the plan as the program has it. */
async function foreseePlanMove(engine: Engine, id: string, wish: Wish): Promise<DiffAnswer["notices"]> {
  const { wanted } = wish;
  const side = known(wanted.activeLocation);
  if (side === undefined || (!asksForMove(wish) && !asksForCommit(wish))) return [];
  const view = engine.plans.view(id, wanted);
  const request = unfinishedRun(side, view) ?? nextRun(side, wanted, view);
  if (request === undefined) return [];
  const { refusals, machines } = await engine.plans.foresee(id, request, wanted);
  return forbiddenNotices(id, [...refusals, ...machines.flatMap((machine) => machine.refusals)]);
}

function movedText(
  name: string,
  side: ActiveLocation,
  elsewhere: readonly ProtectedItem[],
): DiffAnswer["notices"][number] {
  const other = side === "primary" ? "recovery" : "primary";
  const text = said`${namesOf(elsewhere)} of ${name} ${elsewhere.length === 1 ? "runs" : "run"} at the ${other} side, moved outside of
      this program, which says ${side}. They are left alone: \`pulumi up\` moves machines only when activeLocation is
      changed in the program. Set it to ${other} to adopt what is, or run \`siterecovery plan
      ${side === "primary" ? "failback" : "failover"} ${name}\`.`;
  return new Notice("warning", text);
}
