/** The table of machines, a page of it at a time. */
import { html } from "hono/html";
import type { ItemView } from "../../engine/engine.ts";
import { formatBytes } from "../../format-bytes.ts";
import { formatSeconds } from "../../format-seconds.ts";
import type { Markup } from "./markup.ts";
import type { RpoHistory } from "./rpo-history.ts";
import { sparkline } from "./sparkline.ts";
import { machineLink } from "./words.ts";

function rpoCell({ rpoSeconds, rpoThresholdSeconds }: ItemView, secondsSince: number): Markup {
  if (rpoSeconds === undefined) return html`<td data-of="RPO">–</td>`;
  const seconds = rpoSeconds + secondsSince;
  const state = seconds > rpoThresholdSeconds ? "bad" : "good";
  const late = state === "bad" ? ", late" : "";
  return html`<td data-of="RPO" class="${state}">
    ${formatSeconds(seconds)}${late}<small>of ${formatSeconds(rpoThresholdSeconds)}</small>
  </td>`;
}

function machineRow(view: ItemView, { at, now, history }: MachinesShown): Markup {
  const { item, replicationHealth, recoveryPointCount, pendingBytes, underWay } = view;
  const points = recoveryPointCount === undefined ? "target away" : String(recoveryPointCount);
  return html`<tr>
    <th scope="row">${machineLink(item.id)}</th>
    <td data-of="State">${item.state}${underWay === undefined ? "" : html`<small>${underWay}</small>`}</td>
    <td data-of="Runs at">${item.activeLocation}</td>
    <td data-of="Health" class="${replicationHealth.toLowerCase()}">${replicationHealth}</td>
    ${rpoCell(view, (now - at) / 1000)}
    <td data-of="Last day">${sparkline(history.of(item.id, now), view.rpoThresholdSeconds)}</td>
    <td data-of="Points">${points}</td>
    <td data-of="To send">${pendingBytes === undefined ? "–" : formatBytes(pendingBytes)}</td>
  </tr>`;
}

export interface MachinesShown {
  /** When the machines were looked at, and now: milliseconds since 1970. */
  readonly at: number;
  readonly now: number;
  readonly history: RpoHistory;
  /** Of the page's machines. */
  readonly views: readonly ItemView[];
  /** How many match the search. */
  readonly found: number;
  readonly search: string;
  /** Counted from 1. */
  readonly page: number;
  readonly pageCount: number;
}

function pages({ page, pageCount, search }: MachinesShown): Markup | "" {
  if (pageCount <= 1) return "";
  const to = (number: number): string =>
    `?${new URLSearchParams({ search, page: String(number) }).toString()}#machines`;
  return html`<nav aria-label="Pages of machines">
    ${page > 1 ? html`<a href="${to(page - 1)}">Previous</a>` : ""} Page ${page} of ${pageCount}
    ${page < pageCount ? html`<a href="${to(page + 1)}">Next</a>` : ""}
  </nav>`;
}

export function machinesSection(shown: MachinesShown): Markup {
  const { views, found, search } = shown;
  return html`<section aria-labelledby="machines">
    <h2 id="machines">Machines</h2>
    <form role="search" action="./#machines">
      <label>Name <input type="search" name="search" value="${search}" /></label>
      <button>Find</button>
    </form>
    ${
      views.length === 0
        ? html`<p>${search === "" ? "No machine is protected yet." : "No machine has this in its name."}</p>`
        : html`<table>
            <caption>
              ${found} ${found === 1 ? "machine" : "machines"}, those that need a person first
            </caption>
            <thead>
              <tr>
                ${["Machine", "State", "Runs at", "Health", "RPO", "Last day", "Points", "To send"].map((title) => html`<th scope="col">${title}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${views.map((view) => machineRow(view, shown))}
            </tbody>
          </table>`
    }
    ${pages(shown)}
  </section>`;
}
