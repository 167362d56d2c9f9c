/** How long a scheduled drill waits for the person whom a manual step of its plan is for. */
import type { DrillSchedule } from "../../kinds/drill.ts";
import type { EngineParts } from "../engine-parts.ts";
import { type Drill, waitingStepOf } from "./drill-subject.ts";
import { nextRun } from "./next-run.ts";
import { scheduleState, type WaitedStep } from "./schedule-state.ts";

const longestMilliseconds = 7 * 24 * 3_600_000;

/** A step that began to wait at `since` has seven days, or until the drill's next run if that is sooner. */
export function stepEnd(schedule: DrillSchedule, since: number): number {
  return Math.min(since + longestMilliseconds, nextRun(schedule, since));
}

/** What waits, until when, and how to say that it is done. */
export function stepText(schedule: DrillSchedule, { jobId, name, since }: WaitedStep): string {
  const time = new Date(stepEnd(schedule, since)).toISOString();
  return `the manual step ${name} waits for a person until ${time}: \`siterecovery jobs complete ${jobId}\``;
}

/** The same of the step that a drill waits for now; `undefined` if it waits for none. */
export function waitOf(parts: EngineParts, drill: Drill): string | undefined {
  const { schedule } = drill.inputs;
  if (schedule === undefined) return undefined;
  const { run } = scheduleState(parts, drill.id, schedule).state;
  const isWaiting = run?.step !== undefined && waitingStepOf(parts, drill)?.jobId === run.step.jobId;
  return isWaiting ? stepText(schedule, run.step!) : undefined;
}
