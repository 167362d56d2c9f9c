/** The machines' power in a run: those that run now are shut down first, new ones are started group by group. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireStill } from "../identity/owned-machine.ts";
import { requireMachineOf, requirePlaceOf } from "../inventory/find-machine.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { requireAllowed } from "../../model/allowed-actions.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { type PlanOperation, stepOf } from "./plan-operation.ts";
import { type PlanRun, progressOf } from "./plan-run.ts";
import { hearGuest, requireGuest } from "../failover/guest-word.ts";
import { type GuestEvidence, withoutPicture } from "../../model/guest-evidence.ts";
import { measuredLoss } from "../../model/measured-loss.ts";
import { withFreeItem } from "./with-free-item.ts";
import { said } from "../../message.ts";
import { tasksOf } from "../../store/jobs.ts";
import { stagesOf } from "./plan-steps.ts";

export interface ShutDownResult {
  readonly wasRunning?: boolean;
  readonly skipped?: string;
}

/** Where the machine of an item is at a side. Throws `SourceUnreachable` or `PrerequisitesNotMet`. */
async function folderAt(
  parts: EngineParts,
  item: ProtectedItem,
  side: "primary" | "recovery",
): Promise<string> {
  if (side === "primary") return (await requirePlaceOf(parts, item)).folder;
  const { recoveryMachine } = item.details;
  const folder = recoveryMachine?.folder;
  if (recoveryMachine) await requireStill(parts, item.id, recoveryMachine);
  if (folder !== undefined && (await parts.machines.exists(folder))) return folder;
  const message = said`${nameOf(item.id)} has no machine at the recovery side that can be reached.`;
  throw new SiteRecoveryError("SourceUnreachable", message, { target: item.id });
}

function sourceSide({ operation }: Pick<PlanRun, "operation">): "primary" | "recovery" {
  return operation.direction === "PrimaryToRecovery" ? "primary" : "recovery";
}

/** The folder of the machine that an operation makes. */
async function movedFolder(
  parts: EngineParts,
  operation: PlanOperation,
  item: ProtectedItem,
): Promise<string> {
  const { testMachine } = item.details;
  if (operation.failover === "TestFailover" && testMachine) return testMachine.folder;
  return folderAt(parts, item, sourceSide({ operation }) === "primary" ? "recovery" : "primary");
}

/** Whether the machine that an operation made runs. */
export async function isStarted(
  parts: EngineParts,
  operation: PlanOperation,
  item: ProtectedItem,
): Promise<boolean> {
  return (await parts.machines.powerState(await movedFolder(parts, operation, item))) === "running";
}

/** Whether the machine that an operation moves runs where it is now. Throws if it cannot be reached. */
export async function sourceIsRunning(
  run: Pick<PlanRun, "parts" | "operation">,
  item: ProtectedItem,
): Promise<boolean> {
  return (
    (await run.parts.machines.powerState(await folderAt(run.parts, item, sourceSide(run)))) === "running"
  );
}

/** Shuts down the machine where it runs now. */
export async function shutDownSource(
  run: PlanRun,
  itemId: string,
  progress: Progress,
): Promise<ShutDownResult> {
  const { parts, operation } = run;
  return withFreeItem(run, itemId, progress, async () => {
    const item = requireItem(parts, itemId);
    if (operation.isDone(item, run.plan.id)) return { skipped: operation.done };
    requireAllowed(item, stepOf(operation, item));
    // Its last changes are to be read from its disks: one that is away must be noticed while it still runs.
    if (operation.shutsDown === "always" && sourceSide(run) === "primary")
      await requireMachineOf(parts, item);
    try {
      const folder = await folderAt(parts, item, sourceSide(run));
      const wasRunning = (await parts.machines.powerState(folder)) === "running";
      if (wasRunning) progress.report("shut down");
      await parts.machines.shutDown(folder);
      return { wasRunning };
    } catch (error) {
      if (operation.shutsDown === "always" || !(error instanceof SiteRecoveryError)) throw error;
      progress.report(`cannot be reached, and is left as it is: ${error.message}`);
      return { skipped: "cannot be reached" };
    }
  });
}

/** Starts a source again that a run shut down and did not move, when the run is given up. */
export async function startSourceAgain(run: PlanRun, itemId: string, progress: Progress): Promise<void> {
  await withFreeItem(run, itemId, progress, async () => {
    const item = requireItem(run.parts, itemId);
    if (run.operation.isDone(item, run.plan.id)) return;
    try {
      await run.parts.machines.start(await folderAt(run.parts, item, sourceSide(run)));
      progress.report("started again where it was");
    } catch (error) {
      // A side that is lost must not keep a run from being given up.
      if (!(error instanceof SiteRecoveryError)) throw error;
      progress.report(`could not be started again: ${error.message}`);
    }
  });
}

/** What the start of a machine in its boot group has come to. */
export interface StartResult {
  readonly startedAt: number;
  /** Absent in runs of earlier versions that have no `guest`. */
  readonly itemId?: string;
  readonly guest?: GuestEvidence;
}

/** Starts the machine that the run made, in its boot group. */
export async function startMoved(run: PlanRun, itemId: string, progress: Progress): Promise<StartResult> {
  const { parts, operation } = run;
  return withFreeItem(run, itemId, progress, async () => {
    const item = requireItem(parts, itemId);
    if (!operation.isDone(item, run.plan.id)) {
      const message = said`${nameOf(itemId)} was moved back while the plan ran. Run the plan again.`;
      throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
    }
    if (await isStarted(parts, operation, item)) return { startedAt: parts.clock.now(), itemId };
    progress.report("start");
    const folder = await movedFolder(parts, operation, item);
    await parts.machines.start(folder);
    const isDrill = operation.failover === "TestFailover";
    const guest = await (isDrill
      ? requireGuest(parts, folder, progress)
      : hearGuest(parts, { folder, itemId }, progress));
    const startedAt = guest?.readyAt ?? parts.clock.now();
    if (isDrill) recordStart(run, item, startedAt, guest);
    return { startedAt, itemId, ...(guest === undefined ? {} : { guest }) };
  });
}

/** A test machine's recovery time counts until its boot group has started it and its guest has said that it works. */
function recordStart(
  { parts, input }: PlanRun,
  item: ProtectedItem,
  startedAt: number,
  guest: GuestEvidence | undefined,
): void {
  const measuredRtoSeconds = Math.max(0, (startedAt - input.requestedAt) / 1000);
  const { testMachine: made } = item.details;
  const { seconds } = measuredLoss(input.requestedAt, made!.pointTakenAt, guest);
  const measured = { measuredRpoSeconds: seconds, measuredRtoSeconds };
  const testMachine = { ...made!, ...measured, ...(guest ? { guest: withoutPicture(guest) } : {}) };
  putItem(parts.store, { ...item, details: { ...item.details, testMachine } });
}

/** Giving a run up: the sources that it shut down and did not move are started again. */
export async function giveSourcesBack(run: PlanRun): Promise<void> {
  const rows = new Map(tasksOf(run.parts.store, run.jobId).map((row) => [row.name, row]));
  const stages = stagesOf(run.plan.inputs, run.operation, { shutDownSources: true });
  for (const step of stages.flatMap(({ steps }) => steps)) {
    if (step.kind !== "shutDown") continue;
    const row = rows.get(step.name);
    if (row?.state !== "Succeeded" || (row.result as ShutDownResult).wasRunning !== true) continue;
    await startSourceAgain(run, step.itemId, progressOf(run.progress, nameOf(step.itemId)));
  }
}
