/** One machine: what is wrong with it, its recovery points on a time axis, what was done with it. */
import { html } from "hono/html";
import { nameOf } from "../../arm-id.ts";
import type { Engine, ItemView } from "../../engine/engine.ts";
import { formatBytes } from "../../format-bytes.ts";
import { formatSeconds } from "../../format-seconds.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";
import type { Markup } from "./markup.ts";
import { jobsSection } from "./sections.ts";
import { moment } from "./words.ts";

const axisWidth = 1000;
const axisHeight = 50;
const pointsListed = 20;

/** From the oldest point to now. */
function timeAxis(points: readonly RecoveryPoint[], now: number): Markup {
  const start = points[0]!.takenAt;
  const span = Math.max(1, now - start);
  const x = ({ takenAt }: RecoveryPoint): string =>
    (8 + ((takenAt - start) / span) * (axisWidth - 16)).toFixed(1);
  const text = `${points.length} recovery points, the oldest ${formatSeconds((now - start) / 1000)} old`;
  return html`<svg class="axis" viewBox="0 0 ${axisWidth} ${axisHeight}" role="img" aria-label="${text}">
    <title>${text}</title>
    <line x1="0" x2="${axisWidth}" y1="18" y2="18" />
    ${points.map((point) => html`<circle cx="${x(point)}" cy="18" r="5" class="${point.kind}"><title>${new Date(point.takenAt).toISOString()} ${point.kind}</title></circle>`)}
    <text x="0" y="42">${formatSeconds((now - start) / 1000)} ago</text>
    <text x="${axisWidth}" y="42" text-anchor="end">now</text>
  </svg>`;
}

function pointsSection(points: readonly RecoveryPoint[], now: number): Markup {
  if (points.length === 0) return html`<p>There is no recovery point.</p>`;
  return html`${timeAxis(points, now)}
    <table>
      <caption>
        The newest ${Math.min(points.length, pointsListed)} of ${points.length}
      </caption>
      <thead>
        <tr>
          ${["Taken", "Age", "Kind", "Added", "Id"].map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${points
          .slice(-pointsListed)
          .reverse()
          .map(
            (point) =>
              html`<tr>
                <th scope="row">${moment(point.takenAt)}</th>
                <td data-of="Age">${formatSeconds((now - point.takenAt) / 1000)}</td>
                <td data-of="Kind">${point.kind}${point.multiVm ? ", of its group" : ""}</td>
                <td data-of="Added">${formatBytes(point.bytesStored)}</td>
                <td data-of="Id"><code>${point.id}</code></td>
              </tr>`,
          )}
      </tbody>
    </table>`;
}

export interface MachineFacts {
  readonly view: ItemView;
  readonly points: readonly RecoveryPoint[];
  readonly jobs: ReturnType<Engine["jobs"]>;
  readonly now: number;
}

export function machineSections({ view, points, jobs, now }: MachineFacts): Markup {
  const { item, healthNotes, allowedOperations, recoverySideName, rpoSeconds, rpoThresholdSeconds } = view;
  const fact = (title: string, value: string | Markup): Markup =>
    html`<dt>${title}</dt>
      <dd>${value}</dd>`;
  const rpo =
    rpoSeconds === undefined ? "–" : `${formatSeconds(rpoSeconds)} of ${formatSeconds(rpoThresholdSeconds)}`;
  return html`<section aria-labelledby="machine">
      <h2 id="machine">${nameOf(item.id)}</h2>
      <dl class="facts">
        ${fact("State", item.state)} ${fact("Runs at", item.activeLocation)}
        ${fact("Recovers at", recoverySideName)} ${fact("Health", view.replicationHealth)} ${fact("RPO", rpo)}
        ${fact("Allowed now", allowedOperations.length === 0 ? "nothing" : allowedOperations.join(", "))}
        ${fact("Id", html`<code>${item.id}</code>`)}
      </dl>
      ${
        healthNotes.length === 0
          ? html`<p class="well">Nothing is wrong.</p>`
          : html`<ul class="alerts">
              ${healthNotes.map(({ severity, text }) => html`<li class="${severity.toLowerCase()}"><strong>${severity}</strong> ${text}</li>`)}
            </ul>`
      }
    </section>
    <section aria-labelledby="points">
      <h2 id="points">Recovery points</h2>
      ${pointsSection(points, now)}
    </section>
    ${jobsSection(jobs)}`;
}
