/** What the store keeps of a drill's schedule. */
import type { DrillRun, DrillSchedule } from "../../kinds/drill.ts";
import { type DrillScheduleRow, findDrillSchedule } from "../../store/drill-schedules.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Measured } from "./measured.ts";
import { nextRun, nextTime } from "./next-run.ts";

/** The manual step that a run waits for. */
export interface WaitedStep {
  readonly jobId: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export interface ScheduleState {
  /** As `dueAt` was computed from it. */
  readonly schedule: DrillSchedule;
  /** The run under way; another process resumes it if this one dies. */
  readonly run?: {
    /** Milliseconds since 1970. */
    readonly startedAt: number;
    /** Since when other work on its machines keeps it waiting, in milliseconds since 1970. */
    readonly busySince?: number | undefined;
    readonly step?: WaitedStep;
    /** Present once the test machines were looked at: what is left is the clean-up. */
    readonly measured?: Measured;
  };
  readonly lastRun?: DrillRun;
  /** When the last run that succeeded began, in milliseconds since 1970. */
  readonly lastSuccessAt?: number;
}

export type DrillState = DrillScheduleRow<ScheduleState>;

/** The state of a drill's schedule; one that begins now, or counts from the last run, if the store has none of this schedule. */
export function scheduleState(parts: EngineParts, id: string, schedule: DrillSchedule): DrillState {
  const known = findDrillSchedule<ScheduleState>(parts.store, id);
  if (known && JSON.stringify(known.state.schedule) === JSON.stringify(schedule)) return known;
  const now = parts.clock.now();
  const state = { ...known?.state, schedule };
  // A run under way is ended first.
  if (known?.state.run !== undefined) return { id, dueAt: Math.min(known.dueAt, now), state };
  const after = state.lastSuccessAt === undefined ? now : nextRun(schedule, state.lastSuccessAt);
  return { id, dueAt: after > now ? after : nextTime(schedule, now), state };
}
