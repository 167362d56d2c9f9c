/** Drills whose schedule has a run, as work for the replication service. */
import { drillsWithoutSchedule, listDrillSchedules, putDrillSchedule } from "../../store/drill-schedules.ts";
import { findThing } from "../../store/things.ts";
import type { DrillInputs } from "../../kinds/drill.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { IsFollowed } from "../replication-cycle/due-items.ts";
import type { ScheduledItem } from "../replication-cycle/run-schedule.ts";
import { type Drill, subjectOf } from "./drill-subject.ts";
import { scheduleState } from "./schedule-state.ts";

/** A rebuilt home knows the drills and not when they are due: their schedules begin then. */
function beginSchedules(parts: EngineParts): void {
  const ids = drillsWithoutSchedule(parts.store);
  if (ids.length === 0) return;
  parts.store.transaction(() => {
    for (const id of drillsWithoutSchedule(parts.store)) {
      const { schedule } = findThing<DrillInputs>(parts.store, id)!.inputs;
      putDrillSchedule(parts.store, scheduleState(parts, id, schedule!));
    }
  });
}

/** All drills with a schedule whose machines are all followed, the longest due first. */
export function dueDrills(parts: EngineParts, isFollowed: IsFollowed): ScheduledItem[] {
  beginSchedules(parts);
  return listDrillSchedules(parts.store).flatMap(({ id, dueAt }) => {
    const drill = findThing<DrillInputs>(parts.store, id) as Drill | undefined;
    if (!drill) return [];
    const { kind, subjectId } = subjectOf(drill);
    return kind.itemIds(parts, subjectId).every(isFollowed) ? [{ id, dueAt }] : [];
  });
}
