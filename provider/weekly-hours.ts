/**
 * Hours that come back every week, in a time zone: office hours, during which no resync starts by itself (HW-4d)
 * and bandwidth is held back. Reckoned on the zone's wall clock, so they keep their place when clocks change.
 */
import { DateTime } from "luxon";

export const weekdays = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
] as const;
export type Weekday = (typeof weekdays)[number];

export interface WeeklyHours {
  /** The days on which the hours begin. */
  readonly days: readonly Weekday[];
  /** Wall-clock time at which they begin, `HH:MM`. */
  readonly from: string;
  /** Wall-clock time at which they end, `HH:MM`; not later than `from`: they end on the next day. */
  readonly to: string;
  /** IANA name of the time zone, such as `Europe/London`. */
  readonly timeZone: string;
}

export function isTimeZone(name: string): boolean {
  return DateTime.utc().setZone(name).isValid;
}

/** The hours that began on the day so many days after `at`'s, as moments in milliseconds since 1970. */
function hoursOfDay(
  hours: WeeklyHours,
  at: number,
  daysLater: number,
): { from: number; to: number } | undefined {
  const day = DateTime.fromMillis(at, { zone: hours.timeZone }).startOf("day").plus({ days: daysLater });
  if (!hours.days.includes(weekdays[day.weekday - 1]!)) return undefined;
  const on = (date: DateTime, time: string): number => {
    const [hour, minute] = time.split(":").map(Number);
    return date.set({ hour: hour!, minute: minute! }).toMillis();
  };
  const overnight = hours.to <= hours.from;
  return { from: on(day, hours.from), to: on(overnight ? day.plus({ days: 1 }) : day, hours.to) };
}

/** Whether a moment, in milliseconds since 1970, lies within the hours; their end does not. */
export function isWithinHours(hours: WeeklyHours, at: number): boolean {
  return [-1, 0].some((daysLater) => {
    const span = hoursOfDay(hours, at, daysLater);
    return span !== undefined && span.from <= at && at < span.to;
  });
}

/** The first moment at or after `at` that lies outside of the hours; nothing when there is none. */
export function endOfHours(hours: WeeklyHours, at: number): number | undefined {
  let end = at;
  for (let daysLater = -1; daysLater <= weekdays.length; daysLater += 1) {
    const span = hoursOfDay(hours, at, daysLater);
    if (span !== undefined && span.from <= end && end < span.to) end = span.to;
  }
  return isWithinHours(hours, end) ? undefined : end;
}

/** The next moment after `at` at which the hours begin or end; nothing when they never do. */
export function nextChange(hours: WeeklyHours, at: number): number | undefined {
  const inside = isWithinHours(hours, at);
  if (inside) return endOfHours(hours, at);
  for (let daysLater = 0; daysLater <= weekdays.length; daysLater += 1) {
    const span = hoursOfDay(hours, at, daysLater);
    if (span !== undefined && span.from > at && span.to > span.from) return span.from;
  }
  return undefined;
}

/** A moment as the zone's wall clock shows it: `2026-01-07 18:00 Europe/London`. */
export function localTime(at: number, timeZone: string): string {
  return `${DateTime.fromMillis(at, { zone: timeZone }).toFormat("yyyy-MM-dd HH:mm")} ${timeZone}`;
}
