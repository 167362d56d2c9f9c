/** Line charts of a page that needs nothing else: uPlot inside it, and a table of the same values for each chart. */
import fs from "node:fs";
import { createRequire } from "node:module";
import { drawCharts, type DrawnChart, type DrawnLine } from "./draw-charts.ts";
import { escapeMarkup } from "../escape-markup.ts";

export interface ChartSeries {
  readonly name: string;
  /** Null where there is nothing to show. */
  readonly values: readonly (number | null)[];
}

/** What values are of: how ticks are spaced, and the units that ticks and values on the chart are in. */
export interface Quantity {
  readonly units: DrawnChart["units"];
  readonly steps: readonly number[];
  /** For the table. */
  readonly format: (value: number) => string;
}

export interface Chart {
  readonly id: string;
  readonly title: string;
  /** Milliseconds since 1970, one a value. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly quantity: Quantity;
}

/** More lines than this cannot be told apart: those with the highest values are drawn. */
const linesMax = 12;
/** Names that stand for lines that coincide. */
const namesMax = 3;
/** The height of a chart, in heights of a line. */
const lineHeights = 150;
/** Rows of a table, evenly spread over the time. */
const rowsMax = 25;

/** Where lines coincide for a while, the lower one shows through the gaps and beside the thinner one. */
const dashes: readonly (readonly number[])[] = [[], [10, 6], [3, 4], [14, 4, 3, 4]];

/** Colours that stay apart for any number of lines, on white and on black. */
function colourOf(index: number): string {
  const goldenAngle = 137.508;
  return `hsl(${Math.round((210 + index * goldenAngle) % 360)} 65% 50%)`;
}

function labelOf(names: readonly string[]): string {
  const more = names.length - namesMax;
  return more <= 0 ? names.join(", ") : `${names.slice(0, namesMax).join(", ")} and ${more} more`;
}

const highest = ({ values }: ChartSeries): number => Math.max(0, ...values.flatMap((value) => value ?? []));

/** Whether no two values differ by more than the height of a line on the chart. */
function coincide(one: ChartSeries["values"], other: ChartSeries["values"], most: number): boolean {
  return one.every((value, index) => {
    const beside = other[index] ?? null;
    if (value === null || beside === null) return value === beside;
    return Math.abs(value - beside) <= most / lineHeights;
  });
}

/** Series that coincide are one line with all their names. The highest come first. */
function merged(series: readonly ChartSeries[]): ChartSeries[] {
  const sorted = series.toSorted((one, other) => highest(other) - highest(one));
  const most = sorted[0] ? highest(sorted[0]) : 0;
  const lines: { readonly names: string[]; readonly values: ChartSeries["values"] }[] = [];
  for (const { name, values } of sorted) {
    // Those that come later are lower, and drawn no more: they are not compared either.
    const known = lines.slice(0, linesMax).find((line) => coincide(line.values, values, most));
    if (known) known.names.push(name);
    else lines.push({ names: [name], values });
  }
  return lines.map(({ names, values }) => ({ name: labelOf(names), values }));
}

function drawn({ id, times, quantity }: Chart, lines: readonly ChartSeries[]): DrawnChart {
  const { units, steps } = quantity;
  return {
    id,
    times: times.map((time) => time / 1000),
    lines: lines.map(({ name, values }, index): DrawnLine => ({
      label: name,
      values,
      dash: dashes[index % dashes.length]!,
      width: index === 0 ? 3 : 1.75,
      colour: colourOf(index),
    })),
    units,
    steps,
  };
}

function table({ times, quantity }: Chart, lines: readonly ChartSeries[]): string {
  const step = Math.max(1, Math.ceil(times.length / rowsMax));
  const head = ["Time (UTC)", ...lines.map(({ name }) => name)];
  const rows = times.flatMap((time, index) => {
    if (index % step !== 0) return [];
    const cells = lines.map(({ values }) => values[index] ?? null);
    const texts = cells.map((value) => (value === null ? "–" : quantity.format(value)));
    const row = texts.map((text) => `<td>${escapeMarkup(text)}</td>`).join("");
    return `<tr><th scope="row">${new Date(time).toISOString().slice(0, 16).replace("T", " ")}</th>${row}</tr>`;
  });
  const titles = head.map((title) => `<th scope="col">${escapeMarkup(title)}</th>`).join("");
  return `<table><thead><tr>${titles}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

/** The charts as HTML, and the style and script that draw them. */
export function lineCharts(charts: readonly Chart[]): {
  readonly html: string[];
  readonly head: string;
  readonly script: string;
} {
  const all = charts.map((chart) => {
    const lines = merged(chart.series);
    return { chart, shown: lines.slice(0, linesMax), left: Math.max(0, lines.length - linesMax) };
  });
  const html = all.map(({ chart, shown, left }) => {
    const { id, title } = chart;
    const more = left === 0 ? "" : `<p>${left} lower lines are not drawn.</p>`;
    return (
      `<h2 id="${id}-title">${escapeMarkup(title)}</h2>` +
      `<div id="${id}" class="chart" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-values"></div>${more}` +
      `<details id="${id}-values"><summary>${escapeMarkup(title)}: the values</summary>${table(chart, shown)}</details>`
    );
  });
  const find = createRequire(import.meta.url).resolve;
  const read = (name: string): string => fs.readFileSync(find(`uplot/dist/${name}`), "utf8");
  // No text of the data can end the script.
  const data = JSON.stringify(all.map(({ chart, shown }) => drawn(chart, shown))).replaceAll("<", "\\u003c");
  return {
    html,
    head: `<style>${read("uPlot.min.css")}</style>`,
    script: `<script>${read("uPlot.iife.min.js")}\n(${drawCharts.toString()})(window, uPlot, ${data});</script>`,
  };
}
