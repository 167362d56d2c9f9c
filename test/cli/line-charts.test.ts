/** Charts of a page: what its script hands to uPlot, and what it says to those who do not see it. */
import vm from "node:vm";
import { expect, it } from "vitest";
import { type Chart, lineCharts } from "../../provider/cli/line-charts.ts";

const hour = 3_600_000;
const times = Array.from({ length: 48 }, (_, index) => Date.UTC(2026, 0, 1) + index * hour);
const quantity: Chart["quantity"] = {
  units: [
    ["s", 1],
    ["min", 60],
  ],
  steps: [60, 300],
  format: (value) => `${value} s`,
};
const chart = (series: Chart["series"]): Chart => ({
  id: "rpo",
  title: "RPO </script>",
  times,
  series,
  quantity,
});
const flat = (name: string, value: number): Chart["series"][number] => ({
  name,
  values: times.map(() => value),
});

interface Options {
  readonly axes: readonly { values(plot: unknown, ticks: number[]): string[] }[];
  readonly series: readonly { readonly label?: string; value(plot: unknown, value: number | null): string }[];
}

/** What the script of the page makes plots of, in place of a browser's uPlot. */
function plotted(charts: readonly Chart[]): { readonly options: Options; readonly data: number[][] }[] {
  const { script } = lineCharts(charts);
  const text = /^<script>([\s\S]*)<\/script>$/.exec(script)![1]!;
  const plots: { options: Options; data: number[][] }[] = [];
  class FakePlot {
    constructor(options: Options, data: number[][]) {
      plots.push({ options, data });
    }
  }
  const element = { clientWidth: 900 };
  const window = {
    document: { getElementById: () => element, body: {} },
    getComputedStyle: () => ({ color: "black" }),
    matchMedia: () => ({ addEventListener: () => undefined }),
    ResizeObserver: class {
      observe(): void {}
    },
  };
  // What stands before the call is uPlot itself, which needs a real browser.
  const call = text.slice(text.indexOf("(function drawCharts"));
  expect(call.length).toBeGreaterThan(100);
  vm.runInNewContext(call, { window, uPlot: FakePlot });
  return plots;
}

it("draws a line for each series, with ticks and values in the largest unit that fits", () => {
  const [plot] = plotted([chart([flat("db1", 90), flat("web1", 600)])]);
  expect(plot!.options.series.slice(1).map(({ label }) => label)).toEqual(["web1", "db1"]);
  expect(plot!.options.axes[1]!.values(undefined, [0, 30, 300])).toEqual(["0 s", "30 s", "5 min"]);
  expect(plot!.options.series[1]!.value(undefined, 600)).toBe("10 min");
  expect(plot!.options.series[1]!.value(undefined, null)).toBe("–");
  const ticks = [0, 12, 24].map((hours) => (Date.UTC(2026, 0, 1) + hours * hour) / 1000);
  expect(plot!.options.axes[0]!.values(undefined, ticks)).toEqual([
    "00:00\n2026-01-01",
    "12:00",
    "00:00\n2026-01-02",
  ]);
});

it("names all machines of lines that coincide, and hides none that differs", () => {
  const machines = ["a", "b", "c", "d", "e"].map((name) => flat(name, 300));
  const gap = { name: "gap", values: times.map((_, index) => (index === 3 ? null : 300)) };
  const [plot] = plotted([chart([...machines, gap, flat("other", 100)])]);
  expect(plot!.options.series.slice(1).map(({ label }) => label)).toEqual([
    "a, b, c and 2 more",
    "gap",
    "other",
  ]);
});

it("says how many lines are not drawn, has the values as a table, and keeps texts out of its script", () => {
  const many = Array.from({ length: 20 }, (_, index) => flat(`m${index}`, 100 * (index + 1)));
  const charts = [chart([...many, flat("</script><b>", 5000)])];
  const { html, script } = lineCharts(charts);
  expect(html[0]).toContain("9 lower lines are not drawn");
  expect(html[0]).toContain('<th scope="row">2026-01-01 00:00</th>');
  expect(html[0]).not.toContain("<b>");
  expect(script.match(/<\/script>/g)).toHaveLength(1);
  expect(plotted(charts)[0]!.options.series).toHaveLength(13);
});
