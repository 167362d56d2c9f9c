/** What is wrong now with protected items and drills: an alert stays until it is solved. */
import type { Drills } from "./drill/drills.ts";
import type { ItemView } from "./item-view.ts";

export interface Alert {
  /** ARM id of the protected item or drill. */
  readonly targetId: string;
  /** `Critical`: it does not repair itself, or data is at risk. `Warning`: a person should know. */
  readonly severity: "Warning" | "Critical";
  /** A word for scripts, such as `ReplicationFailed`. */
  readonly code: string;
  /** What is wrong and what to do, without the name in front and without a full stop. */
  readonly text: string;
}

export function alertsOfItem({ item, failoverHealth, healthNotes }: ItemView): Alert[] {
  const notes = healthNotes.map(({ severity, code, text }) => ({ targetId: item.id, severity, code, text }));
  if (failoverHealth === "Normal" || notes.length > 0) return notes;
  const text = "it has no recovery point to fail over to";
  return [{ targetId: item.id, severity: "Warning", code: "NoRecoveryPoint", text }];
}

/** Drills that wait for a person, or whose schedule's last run did not succeed: solved by the next one that does. */
export function alertsOfDrills(drills: Pick<Drills, "list">): Alert[] {
  return drills.list().flatMap(({ drill, result, waits }): Alert[] => {
    const targetId = drill.id;
    if (waits !== undefined) return [{ targetId, severity: "Warning", code: "DrillWaits", text: waits }];
    const run = result?.lastRun;
    if (run?.error === undefined) return [];
    const isSkipped = run.state === "Skipped";
    const text = `its run of ${run.startTime} ${isSkipped ? "was skipped" : "failed"}: ${run.error}`;
    return isSkipped
      ? [{ targetId, severity: "Warning", code: "DrillSkipped", text }]
      : [{ targetId, severity: "Critical", code: "DrillFailed", text }];
  });
}
