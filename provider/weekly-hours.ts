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

/** How far ahead the hours are searched for a change, in days: they come back every week. */
const daysAhead = weekdays.length + 1;

const minutesOf = (time: string): number => {
  const [hour, minute] = time.split(":").map(Number);
  return hour! * 60 + minute!;
};

/** Whether a moment, in milliseconds since 1970, is within the hours: the zone's wall clock says so then. */
export function isWithinHours(hours: WeeklyHours, at: number): boolean {
  const wall = DateTime.fromMillis(at, { zone: hours.timeZone });
  const begins = (weekday: number): boolean => hours.days.includes(weekdays[(weekday + 6) % 7]!);
  const minute = wall.hour * 60 + wall.minute;
  const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)];
  if (from < to) return begins(wall.weekday) && from <= minute && minute < to;
  return (begins(wall.weekday) && from <= minute) || (begins(wall.weekday - 1) && minute < to);
}

/** The moment within a day at which the zone's clock is set forward or back, or `undefined` if it is not. */
function clockChangeOf(day: DateTime): number | undefined {
  const { zone } = day;
  let [before, after] = [day.toMillis(), day.plus({ days: 1 }).toMillis()];
  const offset = zone.offset(before);
  if (zone.offset(after) === offset) return undefined;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone.offset(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** Moments at which a wall clock shows a time on a day: none if it is left out, two if it comes twice. */
function momentsOf(day: DateTime, time: string): number[] {
  const minutes = minutesOf(time);
  const shown = Date.UTC(day.year, day.month - 1, day.day, 0, minutes);
  const offsets = new Set([day, day.plus({ days: 1 })].map((moment) => moment.offset));
  return [...offsets]
    .map((offset) => shown - offset * 60_000)
    .filter((moment) => day.zone.offset(moment) * 60_000 === shown - moment);
}

/** All moments after `at`, in order, at which the hours may begin or end. */
function possibleChanges(hours: WeeklyHours, at: number): number[] {
  const today = DateTime.fromMillis(at, { zone: hours.timeZone }).startOf("day");
  const days = Array.from({ length: daysAhead + 1 }, (_, later) =>
    today.plus({ days: later }).startOf("day"),
  );
  return days
    .flatMap((day) => [
      day.toMillis(),
      ...momentsOf(day, hours.from),
      ...momentsOf(day, hours.to),
      clockChangeOf(day) ?? at,
    ])
    .filter((moment) => moment > at)
    .toSorted((one, other) => one - other);
}

/** The first moment at or after `at` that is outside of the hours, or `undefined` if there is none. */
export function endOfHours(hours: WeeklyHours, at: number): number | undefined {
  return isWithinHours(hours, at) ? nextChange(hours, at) : at;
}

/** The next moment after `at` at which the hours begin or end, or `undefined` if they never do. */
export function nextChange(hours: WeeklyHours, at: number): number | undefined {
  const inside = isWithinHours(hours, at);
  return possibleChanges(hours, at).find((moment) => isWithinHours(hours, moment) !== inside);
}

/** A moment as the zone's wall clock shows it: `2026-01-07 18:00 Europe/London`. */
export function localTime(at: number, timeZone: string): string {
  return `${DateTime.fromMillis(at, { zone: timeZone }).toFormat("yyyy-MM-dd HH:mm")} ${timeZone}`;
}
