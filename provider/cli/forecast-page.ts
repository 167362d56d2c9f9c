/** A forecast as a page that needs nothing else: charts, and the tables of the terminal. */
import type { Forecast } from "../engine/forecast/forecast.ts";
import { formatBytes } from "../format-bytes.ts";
import { assumptions } from "./forecast-text.ts";
import { formatSeconds } from "./format.ts";
import { type Chart, colourOf, escapeText, lineChart } from "./line-chart.ts";

/** More lines than this cannot be told apart: those with the highest values are drawn. */
const seriesMax = 12;

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: currentColor; }
.grid { stroke: currentColor; opacity: .15; } .limit { stroke: crimson; stroke-dasharray: 6 4; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #8884; }
.legend span { margin-right: 1rem; white-space: nowrap; }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .3em; }`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${cells(head, "th")}</thead><tbody>${rows.map((row) => cells(row, "td")).join("")}</tbody></table>`;
}

function section(chart: Chart): string {
  const highest = (values: Chart["series"][number]["values"]): number =>
    Math.max(0, ...values.flatMap((value) => value ?? []));
  const series = [...chart.series]
    .sort((one, other) => highest(other.values) - highest(one.values))
    .slice(0, seriesMax);
  const left = chart.series.length - series.length;
  const names = series.map(
    ({ name }, index) => `<span><i style="background:${colourOf(index)}"></i>${escapeText(name)}</span>`,
  );
  const more = left > 0 ? `<span>and ${left} lower ones</span>` : "";
  return `<h2>${escapeText(chart.title)}</h2>${lineChart({ ...chart, series })}<p class="legend">${names.join("")}${more}</p>`;
}

const megabits = (kilobits: number): string => `${(kilobits / 1000).toFixed(1)} Mbit/s`;
const seconds = (value: number | undefined): string => (value === undefined ? "-" : formatSeconds(value));

function charts(result: Forecast): string[] {
  const { sampledAt: times, machines, servers, storedSeries } = result;
  return [
    section({
      title: "RPO: the longest in each interval",
      times,
      series: machines.map(({ name, rpoSeries }) => ({ name, values: rpoSeries })),
      format: formatSeconds,
    }),
    section({
      title: "Storage of all recovery points, at most",
      times,
      series: [{ name: "all machines", values: storedSeries }],
      format: formatBytes,
    }),
    section({
      title: "Sent by process servers",
      times,
      series: servers.map(({ name, sentSeries }) => ({ name, values: sentSeries })),
      format: megabits,
    }),
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
  const parts = [
    `<h1>Forecast of ${escapeText(definition)}</h1><p>${escapeText(assumptions(result))}</p>`,
    ...charts(result),
    `<h2>Machines</h2>${machines}<h2>Process servers</h2>${servers}`,
    result.plans.length > 0 ? `<h2>Recovery plans</h2>${plans}` : "",
  ];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Forecast</title><style>${style}</style></head><body>${parts.join("\n")}</body></html>\n`;
}
