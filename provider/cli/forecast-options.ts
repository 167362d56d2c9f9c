/** The figures of `siterecovery simulate` that are not in a definition, from its options. */
import os from "node:os";
import { Option } from "commander";
import { SiteRecoveryError } from "../errors.ts";
import type { ForecastSettings } from "../engine/forecast/forecast-input.ts";
import { isTimeZone, type Weekday, weekdays, type WeeklyHours } from "../weekly-hours.ts";
import { OutputOption } from "./output-option.ts";
import { parseBytes } from "./parse-bytes.ts";

export interface SimulateFlags {
  readonly hours: string;
  readonly from?: string;
  readonly churn: readonly string[];
  readonly measured?: boolean;
  readonly bandwidth?: string;
  readonly busyHours?: string;
  readonly busyShare: string;
  readonly copySpeed: string;
  readonly restoreSpeed: string;
  readonly cycleSeconds: string;
  readonly scriptMinutes: string;
  readonly manualMinutes: string;
  readonly maxRpo?: string;
  readonly maxRto?: string;
  readonly html?: string;
  readonly json?: boolean;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export const simulateOptions: readonly Option[] = [
  new Option("--hours <n>", "how long to look ahead").default("24"),
  new Option("--from <time>", "when it begins, ISO 8601 (default: now)"),
  new Option(
    "--churn <size>",
    "changes a day of every machine (20GiB), or of one (db1=20GiB); may be repeated; default: dailyChangeGibibytes",
  )
    .default([])
    .argParser(collect),
  new Option("--measured", "changes a day as the engine's recovery points show them"),
  new Option("--bandwidth <kbit/s>", "line of process servers that the definition gives none"),
  new Option(
    "--busy-hours <hours>",
    'when most changes are made: "Monday-Friday 08:00-18:00 Europe/London" (default: at all hours)',
  ),
  new Option("--busy-share <share>", "share of the changes that is made in busy hours, 0 to 1").default(
    "0.8",
  ),
  new Option("--copy-speed <size>", "data read, compressed and sealed in a second").default("250MiB"),
  new Option("--restore-speed <size>", "data restored in a second").default("300MiB"),
  new Option("--cycle-seconds <n>", "what a cycle takes beside its data").default("0.05"),
  new Option("--script-minutes <n>", "what a script of a plan takes").default("1"),
  new Option("--manual-minutes <n>", "what a manual step of a plan takes").default("15"),
  new Option("--max-rpo <minutes>", "fail (exit code 1) when a machine's RPO gets longer"),
  new Option("--max-rto <minutes>", "fail (exit code 1) when a plan takes longer"),
  new OutputOption("--html <file>", "write a page with charts as well"),
];

function refuse(option: string, written: string, wanted: string): never {
  const message = `${option} is "${written}"; write ${wanted}.`;
  throw new SiteRecoveryError("InvalidInput", message, { property: option });
}

/** A number of an option, within bounds. Throws `InvalidInput`. */
export function numberOf(option: string, written: string, least: number, most: number): number {
  const value = Number(written);
  const isRight = written.trim() !== "" && value >= least && value <= most;
  return isRight ? value : refuse(option, written, `a number from ${least} to ${most}`);
}

function daysOf(written: string): Weekday[] | undefined {
  const days = written.split(",").map((part): Weekday[] => {
    const [first, last = first] = part.split("-").map((name) => weekdays.indexOf(name as Weekday));
    if (first === undefined || first < 0 || last === undefined || last < 0) return [];
    const count = ((last - first + weekdays.length) % weekdays.length) + 1;
    return Array.from({ length: count }, (_, index) => weekdays[(first + index) % weekdays.length]!);
  });
  return days.some((part) => part.length === 0) ? undefined : days.flat();
}

function busyHoursOf(written: string | undefined): WeeklyHours | undefined {
  if (written === undefined) return undefined;
  const match = /^(\S+) ([01]\d:[0-5]\d|2[0-3]:[0-5]\d)-([01]\d:[0-5]\d|2[0-3]:[0-5]\d)(?: (\S+))?$/.exec(
    written,
  );
  const days = match ? daysOf(match[1]!) : undefined;
  const timeZone = match?.[4] ?? "UTC";
  if (match && days && isTimeZone(timeZone)) return { days, from: match[2]!, to: match[3]!, timeZone };
  return refuse(
    "--busy-hours",
    written,
    'days, hours and a time zone: "Monday-Friday 08:00-18:00 Europe/London"',
  );
}

const secondsPerMinute = 60;
const daysMax = 366;
const minutesMax = 10_000;

/** All settings but churn and bandwidth. Throws `InvalidInput`. */
export function settingsOf(flags: SimulateFlags, now: number): ForecastSettings {
  const startsAt = flags.from === undefined ? now : Date.parse(flags.from);
  if (Number.isNaN(startsAt)) refuse("--from", flags.from!, "a time such as 2026-01-05T08:00:00Z");
  const speed = (option: string, text: string): number =>
    parseBytes(text, option) || refuse(option, text, "a size above 0");
  return {
    startsAt,
    hours: numberOf("--hours", flags.hours, 1, daysMax * 24),
    // As the engine: more copies at once than there are cores only make each of them slower.
    copiesMax: Math.max(1, Math.min(4, os.availableParallelism())),
    copyBytesPerSecond: speed("--copy-speed", flags.copySpeed),
    restoreBytesPerSecond: speed("--restore-speed", flags.restoreSpeed),
    cycleSeconds: numberOf("--cycle-seconds", flags.cycleSeconds, 0, 3600),
    scriptSeconds: numberOf("--script-minutes", flags.scriptMinutes, 0, minutesMax) * secondsPerMinute,
    manualSeconds: numberOf("--manual-minutes", flags.manualMinutes, 0, minutesMax) * secondsPerMinute,
    busyHours: busyHoursOf(flags.busyHours),
    busyShare: numberOf("--busy-share", flags.busyShare, 0, 1),
  };
}
