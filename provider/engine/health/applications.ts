import { replicationRulesOf } from "../replication-cycle/replication-rules.ts";
import type { HealthCheck, HealthNote } from "./health-note.ts";

/** The machine's applications: a point that is not consistent for them, or a freeze that has not ended. */
export const applicationNotes: HealthCheck = ({ parts, item }) => {
  const { consistencyFailure, frozenAt } = item.details;
  const notes: HealthNote[] = [];
  // A policy that no longer asks for such points ends it, without another cycle.
  const isAsked = (replicationRulesOf(parts, item.id)?.appConsistentMinutes ?? 0) > 0;
  if (consistencyFailure !== undefined && isAsked) {
    const text = `the newest recovery point is not app-consistent: ${consistencyFailure}`;
    notes.push({ severity: "Warning", code: "NotAppConsistent", text });
  }
  if (frozenAt !== undefined) {
    const text = "its applications are frozen; the next action on it thaws them";
    notes.push({ severity: "Warning", code: "ApplicationsFrozen", text });
  }
  return notes;
};
