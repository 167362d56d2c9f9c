/** How times and tables look in the terminal. */
import Table from "cli-table3";
import pico from "picocolors";

const secondsPerMinute = 60;
const secondsPerHour = 3600;
const secondsPerDay = 86_400;

/** `42 s`, `5 min`, `3.2 h`, `2.1 d`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 2 * secondsPerMinute) return `${Math.round(seconds)} s`;
  if (seconds < 2 * secondsPerHour) return `${Math.round(seconds / secondsPerMinute)} min`;
  if (seconds < 2 * secondsPerDay) return `${(seconds / secondsPerHour).toFixed(1)} h`;
  return `${(seconds / secondsPerDay).toFixed(1)} d`;
}

/** `2026-11-23 04:35:07Z`. */
export function formatTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: head.map((title) => pico.bold(title)),
    style: { head: [], border: [], compact: true },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "  ",
    },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
