import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import {
  endOfHours,
  isTimeZone,
  isWithinHours,
  nextChange,
  type WeeklyHours,
  weekdays,
} from "../provider/weekly-hours.ts";
import { SeededRandom } from "../provider/random.ts";

const office: WeeklyHours = {
  days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
  from: "08:00",
  to: "18:00",
  timeZone: "Europe/London",
};
const moment = (text: string): number => Date.parse(text);

describe("weekly hours", () => {
  it("knows what lies within them, by the wall clock of their zone", () => {
    // London is an hour ahead of UTC in July and level with it in January.
    expect(isWithinHours(office, moment("2026-07-01T06:59:59Z"))).toBe(false);
    expect(isWithinHours(office, moment("2026-07-01T07:00:00Z"))).toBe(true);
    expect(isWithinHours(office, moment("2026-01-07T07:00:00Z"))).toBe(false);
    expect(isWithinHours(office, moment("2026-01-07T17:59:59Z"))).toBe(true);
    expect(isWithinHours(office, moment("2026-01-07T18:00:00Z"))).toBe(false);
    expect(isWithinHours(office, moment("2026-01-10T12:00:00Z"))).toBe(false); // a Saturday
  });

  it("may run over midnight into a day that is not among theirs", () => {
    const night: WeeklyHours = { ...office, days: ["Friday"], from: "22:00", to: "06:00" };
    expect(isWithinHours(night, moment("2026-01-09T23:00:00Z"))).toBe(true);
    expect(isWithinHours(night, moment("2026-01-10T05:59:00Z"))).toBe(true);
    expect(isWithinHours(night, moment("2026-01-10T06:00:00Z"))).toBe(false);
    expect(isWithinHours(night, moment("2026-01-10T23:00:00Z"))).toBe(false);
  });

  it("knows when they end, also where days follow each other without a gap", () => {
    expect(endOfHours(office, moment("2026-01-07T12:00:00Z"))).toBe(moment("2026-01-07T18:00:00Z"));
    expect(endOfHours(office, moment("2026-01-10T12:00:00Z"))).toBe(moment("2026-01-10T12:00:00Z"));
    const always: WeeklyHours = { ...office, days: [...weekdays], from: "00:00", to: "00:00" };
    expect(endOfHours(always, moment("2026-01-07T12:00:00Z"))).toBeUndefined();
    const week: WeeklyHours = { ...always, days: ["Monday", "Tuesday"] };
    expect(endOfHours(week, moment("2026-01-05T12:00:00Z"))).toBe(moment("2026-01-07T00:00:00Z"));
  });

  it("knows the next change, over a weekend and over the change of clocks", () => {
    expect(nextChange(office, moment("2026-03-27T18:00:00Z"))).toBe(moment("2026-03-30T07:00:00Z"));
    expect(nextChange(office, moment("2026-01-07T12:00:00Z"))).toBe(moment("2026-01-07T18:00:00Z"));
    expect(nextChange({ ...office, days: [] }, moment("2026-01-07T12:00:00Z"))).toBeUndefined();
  });

  it("keeps its state until the next change", () => {
    const minute = 60_000;
    fc.assert(
      fc.property(
        fc.integer({
          min: moment("2026-01-01T00:00:00Z") / minute,
          max: moment("2027-01-01T00:00:00Z") / minute,
        }),
        fc.subarray([...weekdays], { minLength: 1 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 23 }),
        fc.constantFrom("Europe/London", "America/New_York", "Asia/Kolkata", "UTC"),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (at, days, from, to, timeZone, part) => {
          const text = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;
          const hours: WeeklyHours = { days, from: text(from), to: text(to), timeZone };
          const start = at * minute;
          const change = nextChange(hours, start);
          if (change === undefined) return;
          expect(change).toBeGreaterThan(start);
          const between = Math.floor(start + (change - start) * part);
          expect(isWithinHours(hours, between)).toBe(isWithinHours(hours, start));
          if (!isWithinHours(hours, start)) expect(isWithinHours(hours, change)).toBe(true);
          else expect(isWithinHours(hours, change)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("knows the names of time zones", () => {
    expect(isTimeZone("Europe/London")).toBe(true);
    expect(isTimeZone("Mars/Olympus")).toBe(false);
  });
});

describe("the hours in which a clock is set", () => {
  const inParis = { days: weekdays, timeZone: "Europe/Paris" };
  const at = (iso: string): number => Date.parse(iso);

  it("begin with the hour that follows the one that is left out", () => {
    const hours = { ...inParis, from: "02:30", to: "03:30" };
    // From 02:00 to 03:00 at 01:00 UTC.
    expect(isWithinHours(hours, at("2026-03-29T00:59:00Z"))).toBe(false);
    expect(nextChange(hours, at("2026-03-29T00:00:00Z"))).toBe(at("2026-03-29T01:00:00Z"));
    expect(endOfHours(hours, at("2026-03-29T01:05:00Z"))).toBe(at("2026-03-29T01:30:00Z"));
  });

  it("end with the hour before the one that is left out", () => {
    const hours = { ...inParis, from: "01:00", to: "02:30" };
    expect(endOfHours(hours, at("2026-03-29T00:30:00Z"))).toBe(at("2026-03-29T01:00:00Z"));
  });

  it("come twice with the hour that comes twice", () => {
    const hours = { ...inParis, from: "02:10", to: "02:40" };
    // 02:00 to 03:00 comes at 00:00 UTC and again at 01:00 UTC.
    expect(endOfHours(hours, at("2026-10-25T00:20:00Z"))).toBe(at("2026-10-25T00:40:00Z"));
    expect(nextChange(hours, at("2026-10-25T00:40:00Z"))).toBe(at("2026-10-25T01:10:00Z"));
    expect(endOfHours(hours, at("2026-10-25T01:10:00Z"))).toBe(at("2026-10-25T01:40:00Z"));
  });

  it("are what the wall clock says, in zones of all kinds, on the days around each change of the clock", () => {
    const random = new SeededRandom(7);
    const zones = [
      "Europe/Paris",
      "America/New_York",
      "Australia/Lord_Howe",
      "America/Santiago",
      "Asia/Beirut",
      "Africa/Casablanca",
      "Asia/Kathmandu",
      "Pacific/Chatham",
      "America/Scoresbysund",
      "Africa/Cairo",
      "UTC",
    ];
    const two = (value: number): string => String(value).padStart(2, "0");
    const time = (): string => `${two(random.integer(24))}:${two(random.integer(12) * 5)}`;
    const step = 5 * 60_000;
    const wrong: string[] = [];
    for (const timeZone of zones) {
      const zone = DateTime.fromMillis(0, { zone: timeZone }).zone;
      const year = Date.UTC(2026, 0, 1);
      const changes = Array.from({ length: 365 }, (_, day) => year + day * 86_400_000).filter(
        (day) => zone.offset(day) !== zone.offset(day + 86_400_000),
      );
      for (const start of changes.length > 0 ? changes : [year]) {
        const days = weekdays.filter(() => random.integer(3) > 0);
        const hours = { days, from: time(), to: time(), timeZone };
        let change = nextChange(hours, start - 86_400_000);
        let inside = isWithinHours(hours, start - 86_400_000);
        for (let moment = start - 86_400_000; moment < start + 2 * 86_400_000; moment += step) {
          const where = `${JSON.stringify(hours)} at ${new Date(moment).toISOString()}`;
          if (change !== undefined && moment >= change) {
            inside = !inside;
            if (isWithinHours(hours, change - 1) === inside) wrong.push(`before ${where}`);
            change = nextChange(hours, change);
          }
          if (isWithinHours(hours, moment) !== inside) wrong.push(`within ${where}`);
          // Looking ahead takes most of the time.
          if (moment % (6 * step) !== 0) continue;
          if (endOfHours(hours, moment) !== (inside ? change : moment)) wrong.push(`end of ${where}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
