import { stateFacts } from "../../model/states.ts";
import { pausedText, pausedWith } from "../replication-cycle/pause.ts";
import type { HealthCheck } from "./health-note.ts";

/** Replication is paused, by the item itself or by one of its group. */
export const pauseNotes: HealthCheck = ({ parts, item }) => {
  const paused = stateFacts[item.state].replicates ? pausedWith(parts, item.id) : undefined;
  return paused
    ? [{ severity: "Warning", code: "ReplicationPaused", text: pausedText(paused, item.id) }]
    : [];
};
