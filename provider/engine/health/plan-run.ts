/** Machines that a run of a plan shut down, or moved, and did not start: with the command that starts them. */
import { nameOf } from "../../arm-id.ts";
import { type JobRow, listJobs, openJobOf } from "../../store/jobs.ts";
import { currentLease } from "../../store/leases.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { plansWith } from "../recovery-plan/plan-things.ts";
import { type PlanOperation, planOperations } from "../recovery-plan/plan-operation.ts";
import type { PlanInput } from "../recovery-plan/plan-run.ts";
import type { HealthCheck, HealthNote } from "./health-note.ts";

const jobsLookedAt = 20;

const commands: Partial<Record<PlanOperation["name"], string>> = {
  PlannedFailover: "failover",
  UnplannedFailover: "failover",
  Failback: "failback",
};

/** Whether the machine is seen off at the side where it is to run. */
async function isOff(parts: EngineParts, item: ProtectedItem): Promise<boolean> {
  if (item.activeLocation === "recovery") {
    const folder = item.details.recoveryMachine?.folder;
    return (
      folder !== undefined &&
      (await parts.machines.exists(folder)) &&
      (await parts.machines.powerState(folder)) === "off"
    );
  }
  const lookup = await findMachineOf(parts, item);
  return lookup.answer === "found" && (await parts.machines.powerState(lookup.place.folder)) === "off";
}

function noteOf(
  { planId, job, isWaiting }: { planId: string; job: JobRow; isWaiting: boolean },
  item: ProtectedItem,
): HealthNote | undefined {
  const operation = planOperations[(job.input as PlanInput).operation];
  const command = `\`siterecovery plan ${commands[operation.name]} ${nameOf(planId)}\``;
  const run = `the ${operation.title} of the plan ${nameOf(planId)}`;
  const target = operation.direction === "PrimaryToRecovery" ? "recovery" : "primary";
  const { machineName } = item.details;
  if (job.state === "Suspended") {
    const text = `${machineName} is off while ${run} waits for a person: \`siterecovery jobs complete ${job.id}\``;
    return { severity: "Warning", code: "PlanRunWaits", text };
  }
  if (job.state === "Succeeded") return undefined;
  const why = `${machineName} runs nowhere: ${run} ${job.state === "Cancelled" ? "was given up" : "stopped"}`;
  const next =
    item.activeLocation === target
      ? `before it was started; ${command} starts it at the ${target} side`
      : `before it was moved; ${command} resumes it${isWaiting ? "" : `, or start it at the ${item.activeLocation} side`}`;
  return { severity: "Critical", code: "PlanRunUnfinished", text: `${why} ${next}` };
}

export const planRunNotes: HealthCheck = async ({ parts, item }) => {
  if (!(await isOff(parts, item))) return [];
  return plansWith(parts, item.id).flatMap(({ id }) => {
    if (currentLease(parts.store, id, parts.clock) !== undefined) return [];
    const last = listJobs(parts.store, { targetId: id, limit: jobsLookedAt }).find(
      ({ input }) => commands[(input as PlanInput).operation] !== undefined,
    );
    // While a job of the machine itself waits, only that job knows whether its disks are whole.
    const isWaiting = openJobOf(parts.store, item.id) !== undefined;
    return (last && noteOf({ planId: id, job: last, isWaiting }, item)) ?? [];
  });
};
