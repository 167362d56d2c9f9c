/** How many bytes a machine changes from one moment to another: evenly, or mostly within hours of the week. */
import { isWithinHours, nextChange } from "../../weekly-hours.ts";
import type { ForecastSettings } from "./forecast-input.ts";

const millisecondsPerDay = 86_400_000;
const daysPerWeek = 7;

/** Milliseconds of busy and of quiet time between two moments. */
function divide(settings: ForecastSettings, from: number, to: number): { busy: number; quiet: number } {
  const parts = { busy: 0, quiet: 0 };
  const { busyHours } = settings;
  if (busyHours === undefined) return { busy: 0, quiet: to - from };
  for (let at = from; at < to;) {
    const next = Math.min(to, nextChange(busyHours, at) ?? to);
    parts[isWithinHours(busyHours, at) ? "busy" : "quiet"] += next - at;
    at = next;
  }
  return parts;
}

/** Gives the share of a day's changes that is made between two moments; a week's shares add up to seven. */
export function churnShares(settings: ForecastSettings): (from: number, to: number) => number {
  const { startsAt, busyShare } = settings;
  const week = divide(settings, startsAt, startsAt + daysPerWeek * millisecondsPerDay);
  // Hours that never are, or always, leave one kind of time for all changes.
  const isMixed = week.busy > 0 && week.quiet > 0;
  const busyRate = isMixed ? (daysPerWeek * busyShare) / week.busy : 1 / millisecondsPerDay;
  const quietRate = isMixed ? (daysPerWeek * (1 - busyShare)) / week.quiet : 1 / millisecondsPerDay;
  return (from, to) => {
    const { busy, quiet } = divide(settings, from, to);
    return busy * busyRate + quiet * quietRate;
  };
}
