/** A forecast as a page that needs nothing else: charts, and the tables of the terminal. */
import type { Forecast } from "../engine/forecast/forecast.ts";
import { formatBytes } from "../format-bytes.ts";
import { assumptions } from "./forecast-text.ts";
import { formatSeconds } from "../format-seconds.ts";
import { escapeMarkup } from "../escape-markup.ts";
import { type Chart, lineCharts, type Quantity } from "./line-charts.ts";

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
.chart { width: 100%; } .chart table { width: auto; margin: auto; } .chart th, .chart td { border: 0; }
details { margin: .5rem 0 1.5rem; overflow-x: auto; } summary { cursor: pointer; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #8884; }`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${cells(head, "th")}</thead><tbody>${rows.map((row) => cells(row, "td")).join("")}</tbody></table>`;
}

const megabits = (kilobits: number): string => `${(kilobits / 1000).toFixed(1)} Mbit/s`;
const seconds = (value: number | undefined): string => (value === undefined ? "-" : formatSeconds(value));

/** 1, 2 and 5 of each power of ten. */
const decimalSteps = Array.from({ length: 18 }, (_, power) =>
  [1, 2, 5].map((one) => one * 10 ** power),
).flat();
const binarySteps = Array.from({ length: 60 }, (_, power) => 2 ** power);
const [minute, hour, day] = [60, 3600, 86_400];

const durations: Quantity = {
  units: [
    ["s", 1],
    ["min", minute],
    ["h", hour],
    ["d", day],
  ],
  steps: [
    ...[1, 2, 5, 10, 15, 30],
    ...[1, 2, 5, 10, 15, 30].map((one) => one * minute),
    ...[1, 2, 3, 6, 12].map((one) => one * hour),
    ...decimalSteps.map((one) => one * day),
  ],
  format: formatSeconds,
};
const sizes: Quantity = {
  units: ["B", "KiB", "MiB", "GiB", "TiB", "PiB"].map((name, power) => [name, 1024 ** power] as const),
  steps: binarySteps,
  format: formatBytes,
};
const speeds: Quantity = {
  units: [
    ["kbit/s", 1],
    ["Mbit/s", 1e3],
    ["Gbit/s", 1e6],
  ],
  steps: decimalSteps,
  format: megabits,
};

function chartsOf({ sampledAt: times, machines, servers, storedSeries }: Forecast): Chart[] {
  return [
    {
      id: "rpo",
      title: "RPO: the longest in each interval",
      times,
      series: machines.map(({ name, rpoSeries }) => ({ name, values: rpoSeries })),
      quantity: durations,
    },
    {
      id: "storage",
      title: "Storage of all recovery points, at most",
      times,
      series: [{ name: "all machines", values: storedSeries }],
      quantity: sizes,
    },
    {
      id: "sent",
      title: "Sent by process servers",
      times,
      series: servers.map(({ name, sentSeries }) => ({ name, values: sentSeries })),
      quantity: speeds,
    },
  ];
}

export function forecastPage(definition: string, result: Forecast): string {
  const machines = table(
    ["Machine", "Data", "Changes a day", "Initial copy", "RPO P50", "P95", "P99", "Max", "Storage", "Points"],
    result.machines.map((one) => [
      one.name,
      formatBytes(one.dataBytes),
      formatBytes(one.churnBytesPerDay),
      one.initialCopySeconds === undefined ? "does not end" : formatSeconds(one.initialCopySeconds),
      seconds(one.rpo?.p50Seconds),
      seconds(one.rpo?.p95Seconds),
      seconds(one.rpo?.p99Seconds),
      seconds(one.rpo?.maxSeconds),
      formatBytes(one.storedMaxBytes),
      String(one.pointCount),
    ]),
  );
  const servers = table(
    ["Process server", "Machines", "Changes a day", "Servers needed", "Line needed", "Line"],
    result.servers.map((one) => [
      one.name,
      String(one.machineCount),
      formatBytes(one.churnBytesPerDay),
      String(one.serversNeeded),
      megabits(one.neededKilobitsPerSecond),
      one.limitKilobitsPerSecond === undefined ? "no limit" : megabits(one.limitKilobitsPerSecond),
    ]),
  );
  const plans = table(
    ["Plan", "RTO", "Groups"],
    result.plans.map((one) => [
      one.name,
      formatSeconds(one.rtoSeconds),
      one.groupSeconds.map(formatSeconds).join(" + "),
    ]),
  );
  const charts = lineCharts(chartsOf(result));
  const parts = [
    `<h1>Forecast of ${escapeMarkup(definition)}</h1><p>${escapeMarkup(assumptions(result))}</p>`,
    ...charts.html,
    `<h2>Machines</h2>${machines}<h2>Process servers</h2>${servers}`,
    result.plans.length > 0 ? `<h2>Recovery plans</h2>${plans}` : "",
  ];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Forecast</title><meta name="viewport" content="width=device-width">${charts.head}<style>${style}</style></head><body>${parts.join("\n")}${charts.script}</body></html>\n`;
}
