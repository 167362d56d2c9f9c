/** A forecast as the terminal shows it. */
import pico from "picocolors";
import type { Forecast, MachineForecast, ServerForecast } from "../engine/forecast/forecast.ts";
import { formatBytes } from "../format-bytes.ts";
import { formatTable } from "./format.ts";
import { formatSeconds } from "../format-seconds.ts";
import { isoTime } from "./times.ts";

const kilobitsPerMegabit = 1000;

function megabits(kilobits: number | undefined): string {
  if (kilobits === undefined) return "no limit";
  return `${(kilobits / kilobitsPerMegabit).toFixed(kilobits < kilobitsPerMegabit ? 2 : 0)} Mbit/s`;
}

function machineRow(machine: MachineForecast): string[] {
  const { rpo, rpoThresholdSeconds, intervalSeconds } = machine;
  const seconds = (value: number | undefined): string => (value === undefined ? "-" : formatSeconds(value));
  const isLate = rpo !== undefined && rpo.p95Seconds > (rpoThresholdSeconds ?? 2 * intervalSeconds);
  const p95 = seconds(rpo?.p95Seconds);
  return [
    machine.name,
    formatBytes(machine.dataBytes),
    `${formatBytes(machine.churnBytesPerDay)}/d`,
    machine.initialCopySeconds === undefined ? pico.red("does not end") : seconds(machine.initialCopySeconds),
    seconds(rpo?.p50Seconds),
    isLate ? pico.red(p95) : p95,
    seconds(rpo?.maxSeconds),
    formatBytes(machine.storedMaxBytes),
    String(machine.pointCount),
  ];
}

function serverRow(server: ServerForecast): string[] {
  const { neededKilobitsPerSecond: needed, limitKilobitsPerSecond: limit } = server;
  return [
    server.name,
    String(server.machineCount),
    `${formatBytes(server.churnBytesPerDay)}/d`,
    server.serversNeeded > 1 ? pico.red(String(server.serversNeeded)) : String(server.serversNeeded),
    limit !== undefined && needed > limit ? pico.red(megabits(needed)) : megabits(needed),
    megabits(limit),
    formatBytes(server.sentBytes),
  ];
}

export function assumptions({ settings }: Forecast): string {
  const { hours, startsAt, copiesMax, copyBytesPerSecond, restoreBytesPerSecond, busyHours, busyShare } =
    settings;
  const busy = busyHours
    ? `; ${Math.round(busyShare * 100)} % of the changes ${busyHours.days.join(", ")} ${busyHours.from}-${busyHours.to} ${busyHours.timeZone}`
    : "";
  return (
    `${hours} hours from ${isoTime(startsAt)}; ${copiesMax} copies at once, ` +
    `${formatBytes(copyBytesPerSecond)}/s copied, ${formatBytes(restoreBytesPerSecond)}/s restored, ` +
    `${formatSeconds(settings.scriptSeconds)} a script, ${formatSeconds(settings.manualSeconds)} a manual step${busy}. ` +
    "Storage is the most that it can be: as if no block changed twice."
  );
}

export function forecastText(result: Forecast): string {
  const machines = formatTable(
    ["MACHINE", "DATA", "CHANGES", "INITIAL COPY", "RPO P50", "P95", "MAX", "STORAGE", "POINTS"],
    result.machines.map(machineRow),
  );
  const servers = formatTable(
    ["PROCESS SERVER", "MACHINES", "CHANGES", "NEEDED", "LINE NEEDED", "LINE", "SENT"],
    result.servers.map(serverRow),
  );
  const plans = formatTable(
    ["PLAN", "RTO", "GROUPS"],
    result.plans.map(({ name, rtoSeconds, groupSeconds }) => [
      name,
      formatSeconds(rtoSeconds),
      groupSeconds.map(formatSeconds).join(" + "),
    ]),
  );
  const parts = [machines, servers, ...(result.plans.length > 0 ? [plans] : []), assumptions(result)];
  return `${parts.join("\n\n")}\n`;
}
