import { stateFacts } from "../../model/states.ts";
import { officeHoursOf, resyncWaitsUntil, waitText } from "../replication-cycle/resync-window.ts";
import type { HealthCheck } from "./health-note.ts";

/** A resync waits for the end of office hours (HW-4d). */
export const resyncNotes: HealthCheck = async ({ parts, item, points, unreadablePoints }) => {
  const newest = unreadablePoints === 0 ? points.at(-1) : undefined;
  const waitsUntil = stateFacts[item.state].replicates
    ? await resyncWaitsUntil(parts, item, newest)
    : undefined;
  if (waitsUntil === undefined) return [];
  const text = waitText(item.details.machineName, waitsUntil, officeHoursOf(parts, item.id));
  return [{ severity: "Warning", code: "ResyncWaits", text }];
};
