/** The daily summary: what is protected, what is wrong, what was drilled. */
import { DateTime } from "luxon";
import { nameOf } from "../arm-id.ts";
import { formatSeconds } from "../format-seconds.ts";
import type { Notification } from "../model/notification.ts";
import type { Look } from "./look.ts";
import type { DailySummary } from "./settings.ts";

const alertsTold = 20;

/** The newest moment at or before `now` at which the summary is due, in milliseconds since 1970. */
export function lastDue({ at, timeZone }: DailySummary, now: number): number {
  const [hour, minute] = at.split(":").map(Number);
  const moment = DateTime.fromMillis(now, { zone: timeZone });
  const today = moment.set({ hour: hour!, minute: minute!, second: 0, millisecond: 0 });
  return (today <= moment ? today : today.minus({ days: 1 })).toMillis();
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

export function summaryOf({
  views,
  alerts,
  drills,
}: Look): Pick<Notification, "severity" | "subject" | "text"> {
  const critical = alerts.filter(({ severity }) => severity === "Critical").length;
  const severity = critical > 0 ? "Critical" : alerts.length > 0 ? "Warning" : "OK";
  const late = views.filter(({ rpoSeconds, rpoThresholdSeconds }) => (rpoSeconds ?? 0) > rpoThresholdSeconds);
  const oldest = views.reduce<(typeof views)[number] | undefined>(
    (worst, view) => ((view.rpoSeconds ?? -1) > (worst?.rpoSeconds ?? -1) ? view : worst),
    undefined,
  );
  const oldestText =
    oldest?.rpoSeconds === undefined
      ? []
      : [`Oldest newest recovery point: ${nameOf(oldest.item.id)}, ${formatSeconds(oldest.rpoSeconds)}`];
  const drillLines = drills.map(({ drill, result }) => {
    const run = result?.lastRun;
    if (run === undefined) return `Drill ${nameOf(drill.id)}: no run yet`;
    const error = run.error === undefined ? "" : `: ${run.error}`;
    return `Drill ${nameOf(drill.id)}: ${run.state} at ${run.startTime}${error}`;
  });
  const told = alerts
    .slice(0, alertsTold)
    .map(({ targetId, severity: how, text }) => `${how}: ${nameOf(targetId)}: ${text}`);
  const lines = [
    `Protected machines: ${views.length}`,
    ...oldestText,
    `Later than their policies allow: ${late.length === 0 ? "none" : late.map(({ item }) => nameOf(item.id)).join(", ")}`,
    ...drillLines,
    "",
    ...(alerts.length === 0 ? ["Nothing is wrong."] : told),
    ...(alerts.length > alertsTold ? [`and ${alerts.length - alertsTold} more: siterecovery alerts`] : []),
  ];
  const state = alerts.length === 0 ? "nothing is wrong" : plural(alerts.length, "alert");
  return {
    severity,
    subject: `${plural(views.length, "machine")} protected, ${state}`,
    text: lines.join("\n"),
  };
}
