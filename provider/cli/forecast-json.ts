import type { Forecast } from "../engine/forecast/forecast.ts";
import type { SimulateJson } from "./json/definitions.ts";
import { isoTime } from "./times.ts";

export function forecastJson(forecast: Forecast, excesses: readonly string[]): SimulateJson {
  const { settings, machines, servers, plans, sampledAt, storedSeries } = forecast;
  const { startsAt, busyHours, ...assumed } = settings;
  return {
    settings: { ...assumed, startsAt: isoTime(startsAt), busyHours: busyHours ?? null },
    machines: machines.map(({ rpoThresholdSeconds, initialCopySeconds, rpo, ...machine }) => ({
      ...machine,
      sentBytes: Math.round(machine.sentBytes),
      storedMaxBytes: Math.round(machine.storedMaxBytes),
      rpoThresholdSeconds: rpoThresholdSeconds ?? null,
      initialCopySeconds: initialCopySeconds ?? null,
      rpo: rpo ?? null,
    })),
    servers: servers.map(({ limitKilobitsPerSecond, ...server }) => ({
      ...server,
      sentBytes: Math.round(server.sentBytes),
      limitKilobitsPerSecond: limitKilobitsPerSecond ?? null,
    })),
    plans,
    sampledAt: sampledAt.map(isoTime),
    storedSeries,
    excesses,
  };
}
