/** When a drill's schedule has its next run, by the wall clock of its time zone. */
import { DateTime } from "luxon";
import type { DrillSchedule } from "../../kinds/drill.ts";
import { weekdays } from "../../weekly-hours.ts";

const defaultTime = "03:00";

/** A moment of which a wall clock shows the schedule's time, on one of its days: the first one that `isLateEnough`. */
function firstMoment(
  schedule: DrillSchedule,
  from: DateTime,
  isLateEnough: (moment: DateTime) => boolean,
): number {
  const days = schedule.days ?? weekdays;
  const [hour, minute] = (schedule.at ?? defaultTime).split(":").map(Number);
  // A time that the clock leaves out on a day counts as the hour after it; one that comes twice counts once.
  for (let day = from.startOf("day"); ; day = day.plus({ days: 1 })) {
    const moment = day.set({ hour: hour!, minute: minute! });
    if (days.includes(weekdays[day.weekday - 1]!) && isLateEnough(moment)) return moment.toMillis();
  }
}

function zoned(schedule: DrillSchedule, at: number): DateTime {
  return DateTime.fromMillis(at, {
    zone: schedule.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
}

/** The first time after `at`: of a schedule that begins, and after a run that failed. Milliseconds since 1970. */
export function nextTime(schedule: DrillSchedule, at: number): number {
  return firstMoment(schedule, zoned(schedule, at), (moment) => moment.toMillis() > at);
}

/** The next run after one that began at `startedAt` and succeeded. Milliseconds since 1970. */
export function nextRun(schedule: DrillSchedule, startedAt: number): number {
  const day = zoned(schedule, startedAt).startOf("day").plus({ days: schedule.everyDays });
  return firstMoment(schedule, day, (moment) => moment.toMillis() > startedAt);
}
