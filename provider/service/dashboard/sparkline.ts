/** A day of RPO as a small picture, with the line that the policy draws. */
import { html } from "hono/html";
import { formatSeconds } from "../../format-seconds.ts";
import type { Markup } from "./markup.ts";
import type { DayOfRpo } from "./rpo-history.ts";

const width = 144;
const height = 24;

/** Lines of what was seen without a break: a gap stays a gap. */
function linesOf(day: DayOfRpo, top: number): string[] {
  const lines: string[][] = [[]];
  for (const [index, seconds] of day.entries()) {
    if (seconds === undefined) {
      if (lines.at(-1)!.length > 0) lines.push([]);
      continue;
    }
    const y = height - 1 - (Math.min(seconds, top) / top) * (height - 2);
    lines.at(-1)!.push(`${index},${y.toFixed(1)}`);
  }
  // One that was seen once is a dot.
  return lines.flatMap((points) => (points.length === 0 ? [] : [[points[0], ...points].join(" ")]));
}

export function sparkline(day: DayOfRpo, thresholdSeconds: number): Markup {
  const seen = day.filter((seconds) => seconds !== undefined);
  if (seen.length === 0) return html``;
  const highest = Math.max(...seen);
  const top = Math.max(highest, thresholdSeconds) * 1.1;
  const y = (height - 1 - (thresholdSeconds / top) * (height - 2)).toFixed(1);
  const text = `highest of the last day ${formatSeconds(highest)}, allowed ${formatSeconds(thresholdSeconds)}`;
  return html`<svg
    class="spark"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
    aria-label="${text}"
  >
    <title>${text}</title>
    <line class="allowed" x1="0" x2="${width}" y1="${y}" y2="${y}" />
    ${linesOf(day, top).map((points) => html`<polyline points="${points}" />`)}
  </svg>`;
}
