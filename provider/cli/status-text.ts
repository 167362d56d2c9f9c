/** How `status` looks in the terminal. */
import pico from "picocolors";
import { nameOf } from "../arm-id.ts";
import type { Engine, ItemView, LeaseHolder } from "../engine/engine.ts";
import { runsFrom, runsFromOf } from "../model/runs-from.ts";
import { stateFacts } from "../model/states.ts";
import { formatBytes } from "../format-bytes.ts";
import { formatSentence, formatTable, formatTime } from "./format.ts";
import { formatSeconds } from "../format-seconds.ts";
import { runsFromText } from "./runs-from.ts";
import type { SeenDrill } from "./drill-json.ts";
import type { Overview } from "./status-overview.ts";

function leaseText({ purpose, host, pid, takenAt, expiresAt }: LeaseHolder): string {
  const since = formatTime(takenAt);
  return `${purpose} is under way (process ${pid} on ${host} since ${since}, renewed until ${formatTime(expiresAt)})`;
}

function stateText({ item }: ItemView): string {
  if (item.state === "EnablingReplication") {
    return pico.yellow(`Initial replication ${item.details.initialReplicationPercent} %`);
  }
  const text = stateFacts[item.state].description;
  const test = item.testFailoverState === "None" ? "" : ", test failover running";
  return (stateFacts[item.state].replicates ? pico.green(text) : pico.yellow(text)) + test;
}

function toRow(view: ItemView, withServers: boolean): string[] {
  const { item, latestRecoveryPoint: point } = view;
  return [
    nameOf(item.id),
    stateText(view),
    item.activeLocation,
    view.isTargetAway ? pico.red("target is away") : point ? formatTime(point.takenAt) : "none yet",
    view.rpoSeconds === undefined ? "-" : formatSeconds(view.rpoSeconds),
    view.recoveryPointCount === undefined ? "-" : String(view.recoveryPointCount),
    view.pendingBytes === undefined ? "-" : formatBytes(view.pendingBytes),
    ...(withServers ? [view.processServerName ?? "-"] : []),
  ];
}

/** Of a terminal, in characters, and of what is pasted into mails and tickets. */
const usualWidth = 80;

const head = ["MACHINE", "STATE", "RUNS AT", "LAST RECOVERY POINT", "RPO", "POINTS", "TO SEND"];

/** Where machines that were made from recovery points run, and what is wrong. */
function notesOf({ item, lease, healthNotes }: ItemView): string[] {
  const name = nameOf(item.id);
  const from = runsFrom(item);
  const { testMachine } = item.details;
  const test = testMachine && runsFromOf(testMachine, item.details);
  return [
    ...(from ? [`${name} runs as ${from.machine} in ${from.folder}\n${runsFromText(from)}`] : []),
    ...(test ? [`${name} is tested as ${test.machine} in ${test.folder}\n${runsFromText(test)}`] : []),
    ...(lease ? [formatSentence(`${name}: ${leaseText(lease)}`)] : []),
    ...healthNotes.map(({ severity, text }) =>
      (severity === "Critical" ? pico.red : pico.yellow)(formatSentence(`${name}: ${text}`)),
    ),
  ];
}

function emptyText(engine: Engine, isFiltered: boolean): string {
  return isFiltered
    ? "No machine is like that."
    : `No machine is protected yet (engine: ${engine.homeFolder}).`;
}

/** A line for a drill with a schedule; test machines of other drills are shown with their machines. */
function drillText({ drill, result, itemIds, waits }: SeenDrill): string[] {
  if (result?.nextRunTime === undefined) return [];
  const { nextRunTime, lastRun } = result;
  const { recoveryPlanId } = drill.inputs;
  const what =
    recoveryPlanId === undefined ? itemIds.map(nameOf).join(", ") : `plan ${nameOf(recoveryPlanId)}`;
  const next = `next run ${formatTime(Date.parse(nextRunTime))}`;
  const text = `Drill ${nameOf(drill.id)} of ${what}: ${next}`;
  if (waits !== undefined)
    return [pico.yellow(formatSentence(`Drill ${nameOf(drill.id)} of ${what}: ${waits}`))];
  if (lastRun === undefined) return [formatSentence(`${text}; not run yet`)];
  const { state, startTime, error, measuredRpoSeconds: rpo, measuredRtoSeconds: rto } = lastRun;
  const figures =
    rpo === undefined || rto === undefined ? "" : `, RPO ${formatSeconds(rpo)}, RTO ${rto.toFixed(1)} s`;
  const last = `last run ${formatTime(Date.parse(startTime))}: ${state}${figures}`;
  return [
    formatSentence(`${text}; ${last}`),
    ...(error === undefined ? [] : [pico.yellow(formatSentence(error))]),
  ];
}

/** The whole of it, with an end of line. */
export function statusText(engine: Engine, overview: Overview): string {
  const { items, plans, clusters, drills, notices, isFiltered } = overview;
  const views = items.map(({ view }) => view);
  // Which process server serves a machine is a question only where there is more than one.
  const withServers = views.some((view) => view.processServerName !== undefined);
  const titles = withServers ? [...head, "PROCESS SERVER"] : head;
  const table =
    views.length === 0
      ? emptyText(engine, isFiltered)
      : formatTable(
          titles,
          views.map((view) => toRow(view, withServers)),
          process.stdout.columns || Number(process.env["COLUMNS"]) || usualWidth,
        );
  const lines = [
    table,
    ...views.flatMap(notesOf),
    ...plans.map(({ id, bootGroupCount, lastJob }) => {
      const run = lastJob === undefined ? "" : `; last run: ${lastJob.title}, ${lastJob.state}`;
      const groups = `${bootGroupCount} boot group${bootGroupCount === 1 ? "" : "s"}`;
      return formatSentence(`Recovery plan ${nameOf(id)}: ${groups}${run}`);
    }),
    ...clusters.map(({ id, items: members, description, replicationHealth }) => {
      const names = members.map(({ item }) => nameOf(item.id)).join(", ");
      return formatSentence(
        `Protection cluster ${nameOf(id)}: ${names}; ${description}, health ${replicationHealth}`,
      );
    }),
    ...drills.flatMap(drillText),
    ...notices.map((notice) => pico.yellow(formatSentence(notice))),
  ];
  return `${lines.join("\n")}\n`;
}
