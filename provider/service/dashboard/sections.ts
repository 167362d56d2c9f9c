/** The parts of the page. What people read here is what the commands print. */
import { html } from "hono/html";
import { nameOf } from "../../arm-id.ts";
import type { Alert, Engine } from "../../engine/engine.ts";
import { formatBytes } from "../../format-bytes.ts";
import { formatSeconds } from "../../format-seconds.ts";
import type { Look } from "../look.ts";
import { type Coverage, drilledWithinDays } from "./coverage.ts";
import type { Markup } from "./markup.ts";
import { machineLink, moment } from "./words.ts";

function figure(
  title: string,
  value: string | Markup,
  note: string,
  state: "good" | "bad" | "plain",
): Markup {
  return html`<div class="figure ${state}">
    <dt>${title}</dt>
    <dd>${value}<small>${note}</small></dd>
  </div>`;
}

export function coverageSection(coverage: Coverage, now: number): Markup {
  const { machines, inPlan, drilled, withinPolicy, lastGoodDrill } = coverage;
  const part = (count: number): "good" | "bad" => (count === machines ? "good" : "bad");
  const drill =
    lastGoodDrill === undefined
      ? figure("Last good drill", "none", "nobody knows whether they come back", "bad")
      : figure(
          "Last good drill",
          moment(lastGoodDrill.at),
          `${nameOf(lastGoodDrill.id)}, ${formatSeconds((now - lastGoodDrill.at) / 1000)} ago` +
            (lastGoodDrill.rtoSeconds === undefined
              ? ""
              : `, RTO ${formatSeconds(lastGoodDrill.rtoSeconds)}`),
          "plain",
        );
  return html`<section aria-labelledby="coverage">
    <h2 id="coverage">Would they come back?</h2>
    <dl class="figures">
      ${figure("Protected", String(machines), "machines", machines > 0 ? "plain" : "bad")}
      ${figure("As fresh as allowed", `${withinPolicy} of ${machines}`, "RPO within the policy", part(withinPolicy))}
      ${figure("In a recovery plan", `${inPlan} of ${machines}`, "machines", part(inPlan))}
      ${figure("Drilled", `${drilled} of ${machines}`, `with success in ${drilledWithinDays} days`, part(drilled))}
      ${drill}
    </dl>
  </section>`;
}

/** More would be no help, and `siterecovery alerts` has them. */
const alertsShown = 50;

function alertItem({ targetId, severity, text }: Alert, isMachine: (id: string) => boolean): Markup {
  const name = isMachine(targetId) ? machineLink(targetId) : nameOf(targetId);
  return html`<li class="${severity.toLowerCase()}"><strong>${severity}</strong> ${name}: ${text}</li>`;
}

export function alertsSection({ alerts, views }: Look): Markup {
  const machines = new Set(views.map(({ item }) => item.id));
  const sorted = alerts.toSorted((one, other) =>
    one.severity < other.severity ? -1 : Number(one.severity > other.severity),
  );
  const more = alerts.length - alertsShown;
  return html`<section aria-labelledby="alerts">
    <h2 id="alerts">What is wrong now</h2>
    ${
      alerts.length === 0
        ? html`<p class="well">Nothing.</p>`
        : html`<ul class="alerts">
            ${sorted.slice(0, alertsShown).map((alert) => alertItem(alert, (id) => machines.has(id)))}
          </ul>`
    }
    ${more > 0 ? html`<p>And ${more} more: <code>siterecovery alerts</code></p>` : ""}
  </section>`;
}

export function plansSection(engine: Engine): Markup | "" {
  const plans = engine.listThings({ kind: "recovery-plan" }).map(({ id }) => engine.plans.view(id));
  if (plans.length === 0) return "";
  return html`<section aria-labelledby="plans">
    <h2 id="plans">Recovery plans</h2>
    ${plans.map(
      ({ id, groups, underWay, lastJob }) =>
        html`<article>
          <h3>${nameOf(id)}</h3>
          ${underWay === undefined ? "" : html`<p><strong>${underWay}</strong></p>`}
          ${lastJob === undefined ? html`<p>No run yet.</p>` : html`<p>Last run: ${lastJob.title}, ${lastJob.state}, ${moment(lastJob.startedAt)}</p>`}
          <ol class="groups">
            ${groups.map(({ name, machines }) => html`<li><strong>${name}</strong> ${machines.map((one) => nameOf(one.id)).join(", ")}</li>`)}
          </ol>
        </article>`,
    )}
  </section>`;
}

export function drillsSection({ drills }: Look): Markup | "" {
  if (drills.length === 0) return "";
  return html`<section aria-labelledby="drills">
    <h2 id="drills">Drills</h2>
    <table>
      <caption>
        What the last run of each measured
      </caption>
      <thead>
        <tr>
          ${["Drill", "Last run", "Result", "RTO", "RPO", "Last success"].map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${drills.map(({ drill, result, waits }) => {
          const run = result?.lastRun;
          const seconds = (value: number | undefined): string =>
            value === undefined ? "–" : formatSeconds(value);
          const success = result?.lastSuccessTime;
          return html`<tr>
            <th scope="row">${nameOf(drill.id)}</th>
            <td data-of="Last run">${run === undefined ? "none yet" : moment(Date.parse(run.startTime))}</td>
            <td data-of="Result" class="${run?.state === "Failed" ? "critical" : ""}">
              ${waits ?? (run === undefined ? "–" : `${run.state}${run.error === undefined ? "" : `: ${run.error}`}`)}
            </td>
            <td data-of="RTO">${seconds(run?.measuredRtoSeconds)}</td>
            <td data-of="RPO">${seconds(run?.measuredRpoSeconds)}</td>
            <td data-of="Last success">${success === undefined ? "never" : moment(Date.parse(success))}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}

export function upkeepSection({ verifications }: Look): Markup | "" {
  if (verifications.length === 0) return "";
  return html`<section aria-labelledby="upkeep">
    <h2 id="upkeep">Upkeep</h2>
    <table>
      <caption>
        A part of each store of replicas is read and checked each day
      </caption>
      <thead>
        <tr>
          ${["Store", "Last verified", "Read", "Result", "Next"].map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${verifications.map(({ holderId, endedAt, result, dueAt }) => {
          const isWrong = result !== undefined && (result.damagedCount > 0 || result.error !== undefined);
          const damaged =
            result?.damagedCount === 0 ? "sound" : `${result?.damagedCount} objects are damaged`;
          return html`<tr>
            <th scope="row">${nameOf(holderId)}</th>
            <td data-of="Last verified">${endedAt === undefined ? "not yet" : moment(endedAt)}</td>
            <td data-of="Read">${result === undefined ? "–" : formatBytes(result.bytesRead)}</td>
            <td data-of="Result" class="${isWrong ? "critical" : ""}">
              ${result === undefined ? "–" : (result.error ?? damaged)}
            </td>
            <td data-of="Next">${moment(dueAt)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}

export function jobsSection(jobs: ReturnType<Engine["jobs"]>): Markup {
  return html`<section aria-labelledby="jobs">
    <h2 id="jobs">Jobs</h2>
    ${
      jobs.length === 0
        ? html`<p>No jobs yet.</p>`
        : html`<table>
            <caption>
              The newest first
            </caption>
            <thead>
              <tr>
                ${["Job", "Of", "State", "Step", "Started", "Took"].map((title) => html`<th scope="col">${title}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${jobs.map((job) => {
                const done = job.tasks.filter(({ endedAt }) => endedAt !== undefined).length;
                const current = job.tasks.find(({ state }) => state === "InProgress") ?? job.tasks.at(-1);
                return html`<tr>
                  <th scope="row">${job.scenario}</th>
                  <td data-of="Of">${nameOf(job.targetId)}</td>
                  <td data-of="State" class="${job.state === "Failed" ? "critical" : ""}">
                    ${job.state}${job.error === undefined ? "" : html`<small>${job.error.message}</small>`}
                  </td>
                  <td data-of="Step">
                    ${job.endedAt === undefined && current !== undefined ? html`${current.name} <progress max="${job.tasks.length}" value="${done}" aria-label="${done} of ${job.tasks.length} steps"></progress>` : `${done} of ${job.tasks.length}`}
                  </td>
                  <td data-of="Started">${moment(job.startedAt)}</td>
                  <td data-of="Took">
                    ${job.endedAt === undefined ? "–" : formatSeconds((job.endedAt - job.startedAt) / 1000)}
                  </td>
                </tr>`;
              })}
            </tbody>
          </table>`
    }
  </section>`;
}
