/** A line chart as SVG: series over time, with axes, and a dashed line where something has a limit. */
export interface ChartSeries {
  readonly name: string;
  /** Null where there is nothing to show. */
  readonly values: readonly (number | null)[];
}

export interface Chart {
  readonly title: string;
  /** Milliseconds since 1970, one a value. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
  readonly limit?: { readonly name: string; readonly value: number };
}

const size = { width: 900, height: 260, left: 80, right: 20, top: 16, bottom: 30 } as const;
const inner = {
  width: size.width - size.left - size.right,
  height: size.height - size.top - size.bottom,
} as const;
const ticks = 4;

export function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Colours that stay apart for any number of series. */
export function colourOf(index: number): string {
  const goldenAngle = 137.508;
  return `hsl(${Math.round((210 + index * goldenAngle) % 360)} 65% 45%)`;
}

function pathOf(
  values: Chart["series"][number]["values"],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let isDrawing = false;
  return values
    .map((value, index) => {
      if (value === null) {
        isDrawing = false;
        return "";
      }
      const command = isDrawing ? "L" : "M";
      isDrawing = true;
      return `${command}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join("");
}

export function lineChart({ title, times, series, format, limit }: Chart): string {
  const values = series.flatMap((one) => one.values.flatMap((value) => value ?? []));
  const most = Math.max(...values, limit?.value ?? 0) || 1;
  const x = (index: number): number => size.left + (index / Math.max(1, times.length - 1)) * inner.width;
  const y = (value: number): number => size.top + inner.height * (1 - value / most);
  const rows = Array.from({ length: ticks + 1 }, (_, tick) => (most * tick) / ticks).map(
    (value) =>
      `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y(value)}" y2="${y(value)}"/>` +
      `<text x="${size.left - 8}" y="${y(value) + 4}" text-anchor="end">${escapeText(format(value))}</text>`,
  );
  const columns = Array.from({ length: ticks + 1 }, (_, tick) =>
    Math.round(((times.length - 1) * tick) / ticks),
  ).map(
    (index) =>
      `<text x="${x(index)}" y="${size.height - 8}" text-anchor="${index === times.length - 1 ? "end" : "middle"}">${new Date(times[index]!).toISOString().slice(5, 16).replace("T", " ")}</text>`,
  );
  const lines = series.map(
    (one, index) =>
      `<path d="${pathOf(one.values, x, y)}" fill="none" stroke="${colourOf(index)}" stroke-width="1.5"><title>${escapeText(one.name)}</title></path>`,
  );
  const bound = limit
    ? `<line class="limit" x1="${size.left}" x2="${size.width - size.right}" y1="${y(limit.value)}" y2="${y(limit.value)}"><title>${escapeText(limit.name)}</title></line>`
    : "";
  return (
    `<svg role="img" aria-label="${escapeText(title)}" viewBox="0 0 ${size.width} ${size.height}">` +
    [...rows, ...columns, ...lines, bound].join("") +
    "</svg>"
  );
}
