/**
 * The script of a page with charts. Its text goes into the page, so it uses nothing of this module but its arguments.
 * Types are as much of the browser and of uPlot as is used.
 */

/** A line, or several that coincide. */
export interface DrawnLine {
  readonly label: string;
  /** Null where there is nothing to show. */
  readonly values: readonly (number | null)[];
  /** Stroke and gap in pixels; empty for a solid line. */
  readonly dash: readonly number[];
  readonly width: number;
  readonly colour: string;
}

export interface DrawnChart {
  /** Id of the element that it is drawn in. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly DrawnLine[];
  /** Names of units with what one is, the smallest first: ticks and values are in the largest that fits. */
  readonly units: readonly (readonly [name: string, size: number])[];
  /** Round distances between ticks. */
  readonly steps: readonly number[];
}

interface BrowserElement {
  readonly clientWidth: number;
}

interface Browser {
  readonly document: { getElementById(id: string): BrowserElement | null; readonly body: unknown };
  getComputedStyle(element: unknown): { readonly color: string };
  matchMedia(query: string): { addEventListener(type: "change", listener: () => void): void };
  readonly ResizeObserver: new (changed: () => void) => { observe(element: unknown): void };
}

interface Plot {
  setSize(size: { width: number; height: number }): void;
  redraw(): void;
}

interface PlotClass {
  new (options: object, data: readonly unknown[], element: unknown): Plot;
  tzDate(date: Date, zone: string): Date;
}

/** Draws each chart with uPlot, and again when the window or the colour scheme changes. */
export function drawCharts(browser: Browser, uPlot: PlotClass, charts: readonly DrawnChart[]): void {
  const height = 280;
  const textColour = (): string => browser.getComputedStyle(browser.document.body).color;
  const axis = {
    stroke: textColour,
    grid: { stroke: "#8884", width: 1 },
    ticks: { stroke: "#8884", width: 1 },
  };
  /** The time of day, with the day below where it is another one than at the tick before. */
  const formatTick = (seconds: number, index: number, ticks: readonly number[]): string => {
    const [day, time] = new Date(seconds * 1000).toISOString().slice(0, 16).split("T");
    const before = index === 0 ? "" : new Date(ticks[index - 1]! * 1000).toISOString();
    return before.startsWith(day!) ? time! : `${time}\n${day}`;
  };
  for (const { id, times, lines, units, steps } of charts) {
    const format = (value: number | null | undefined): string => {
      if (value === null || value === undefined) return "–";
      const [name, size] = units.findLast(([, one]) => Math.abs(value) >= one) ?? units[0]!;
      return `${Number((value / size).toPrecision(3))} ${name}`;
    };
    const element = browser.document.getElementById(id);
    if (element === null) continue;
    const size = (): { width: number; height: number } => ({ width: element.clientWidth, height });
    const plot = new uPlot(
      {
        ...size(),
        tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        scales: {
          y: { range: (_plot: unknown, _least: number, most: number) => [0, most > 0 ? most * 1.05 : 1] },
        },
        axes: [
          { ...axis, values: (_plot: unknown, ticks: number[]) => ticks.map(formatTick) },
          { ...axis, size: 80, incrs: steps, values: (_plot: unknown, ticks: number[]) => ticks.map(format) },
        ],
        series: [
          { value: "{YYYY}-{MM}-{DD} {HH}:{mm} UTC" },
          ...lines.map(({ label, dash, width, colour }) => ({
            label,
            dash,
            width,
            stroke: colour,
            points: { show: false },
            value: (_plot: unknown, value: number | null) => format(value),
          })),
        ],
      },
      [times, ...lines.map(({ values }) => values)],
      element,
    );
    new browser.ResizeObserver(() => plot.setSize(size())).observe(element);
    browser.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());
  }
}
