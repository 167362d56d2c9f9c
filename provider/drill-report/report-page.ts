/** A drill's report as one HTML file that needs nothing else: its style and its picture are in it, and it runs no program. */
import { escapeMarkup } from "../escape-markup.ts";
import type { DrillReport, ReportMachine } from "./drill-report.ts";
import { digestOf, fingerprintOfKey } from "./seal-report.ts";

const text = (value: unknown): string => escapeMarkup(String(value));

const nameOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1);

const seconds = (value: number | undefined): string =>
  value === undefined ? "–" : `${Number(value.toFixed(1))} s`;

const rowHeight = 26;
const [labelWidth, barsWidth] = [260, 600];

/** The steps as bars over the time of the drill. */
function timelinePicture({ timeline, startTime, endTime }: DrillReport): string {
  const [from, to] = [Date.parse(startTime), Date.parse(endTime)];
  const scale = barsWidth / Math.max(1, to - from);
  const height = timeline.length * rowHeight + 30;
  const rows = timeline.map((step, index) => {
    const x = labelWidth + Math.max(0, Date.parse(step.startTime) - from) * scale;
    const width = Math.max(2, (Date.parse(step.endTime) - Date.parse(step.startTime)) * scale);
    const y = index * rowHeight + 6;
    const isGood = step.state === "Succeeded";
    return (
      `<text x="${labelWidth - 8}" y="${y + 13}" text-anchor="end">${text(step.name)}</text>` +
      `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="16" class="${isGood ? "good" : "bad"}">` +
      `<title>${text(step.name)}: ${text(step.state)}, ${text(step.startTime)} to ${text(step.endTime)}</title></rect>`
    );
  });
  const axis =
    `<text x="${labelWidth}" y="${height - 8}">${text(startTime)}</text>` +
    `<text x="${labelWidth + barsWidth}" y="${height - 8}" text-anchor="end">${text(endTime)}</text>`;
  return (
    `<svg role="img" aria-label="Timeline of the drill" viewBox="0 0 ${labelWidth + barsWidth + 10} ${height}">` +
    `${rows.join("")}${axis}</svg>`
  );
}

function facts(rows: readonly (readonly [name: string, value: unknown])[]): string {
  const cells = rows.map(
    ([name, value]) => `<tr><th scope="row">${text(name)}</th><td>${text(value)}</td></tr>`,
  );
  return `<table>${cells.join("")}</table>`;
}

function sourceOf({ measuredRpoFrom: from }: ReportMachine): string {
  if (from === undefined) return "";
  return from === "guest" ? ", by what the guest says" : ", by the time of the recovery point";
}

function isolationText({ isolation }: ReportMachine): string {
  if (isolation === undefined) return "not proven: it was not tried";
  if (isolation.result === "notProven") return `not proven: ${isolation.because}`;
  return `proven: ${isolation.found}; control: ${isolation.control}`;
}

function machineSection(machine: ReportMachine): string {
  const { recoveryPoint: point } = machine;
  const checks = machine.checks.map(
    ({ name, passed, output, time, afterSeconds }) =>
      `<tr><td>${text(name)}</td><td class="${passed ? "good" : "bad"}">${passed ? "passed" : "failed"}</td>` +
      `<td title="${text(time ?? "")}">${seconds(afterSeconds)}</td><td><pre>${text(output)}</pre></td></tr>`,
  );
  const { screenPng } = machine;
  const screen = screenPng
    ? `<h4>Screen</h4><img alt="Screen of ${text(machine.testMachineName)}" src="data:image/png;base64,${text(screenPng)}">`
    : "";
  const console = machine.console ? `<h4>Console</h4><pre>${text(machine.console.join("\n"))}</pre>` : "";
  return (
    `<h3>${text(machine.name)}</h3>` +
    facts([
      ["Test machine", machine.testMachineName],
      ["Recovery point", `${point.id}, ${point.time}${point.kind === undefined ? "" : `, ${point.kind}`}`],
      ["Age of the data", seconds(point.ageSeconds)],
      ["Last write, as the guest says", machine.guestLastWriteTime ?? "it was not asked"],
      ["Measured RPO", `${seconds(machine.measuredRpoSeconds)}${sourceOf(machine)}`],
      ["Isolation", isolationText(machine)],
      ["RPO threshold of the policy", seconds(machine.rpoThresholdSeconds)],
      ["Measured RTO", seconds(machine.measuredRtoSeconds)],
    ]) +
    `<table><thead><tr><th>Check</th><th>Result</th><th>After</th><th>Output</th></tr></thead><tbody>${checks.join("")}</tbody></table>${screen}${console}`
  );
}

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 1rem}th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem}svg{width:100%;font:12px system-ui,sans-serif;fill:currentColor}
img{max-width:100%}
rect.good{fill:#2e7d32}rect.bad{fill:#c62828}td.good{color:#2e7d32}td.bad{color:#c62828}`;

export function reportPage(report: DrillReport): string {
  const { drill, result } = report;
  const removed = report.cleanedUp.map(
    ({ machine, folder }) =>
      `<li>${text(machine)}: ${folder === null ? "was not there any more" : text(folder)}</li>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Drill ${text(drill.name)}: ${text(result)}</title><style>${style}</style></head><body>
<h1>Drill ${text(drill.name)}: ${text(result)}</h1>
${report.error === undefined ? "" : `<p class="bad">${text(report.error)}</p>`}
${facts([
  ["Vault", nameOf(report.vaultId)],
  [`Tested ${drill.kind}`, nameOf(drill.subjectId)],
  ["Isolated network", nameOf(drill.networkId)],
  ["Time", `${report.startTime} to ${report.endTime}`],
  ["Measured RPO", seconds(report.measuredRpoSeconds)],
  ["Measured RTO", seconds(report.measuredRtoSeconds)],
])}
<h2>Timeline</h2>
${timelinePicture(report)}
<h2>Machines</h2>
${report.machines.map(machineSection).join("\n")}
<h2>Cleaned up</h2>
<ul>${removed.join("")}</ul>
<h2>Evidence</h2>
<p>This page shows what report.json says. Only that file is signed: check it with <code>siterecovery drill verify report.json</code>.</p>
${facts([
  ["Report", `${report.sequence} of the vault`],
  ["SHA-256", digestOf(report)],
  ["SHA-256 of the one before", report.previousSha256 ?? "none, this is the first"],
  ["Signed by the key", fingerprintOfKey(report.seal.publicKey)],
])}
</body></html>
`;
}
