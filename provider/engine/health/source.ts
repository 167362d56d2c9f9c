import type { HealthCheck } from "./health-note.ts";

/** The source may still run beside the machine at the recovery side. */
export const sourceNotes: HealthCheck = ({ item }) => {
  if (!item.details.isSourceUnfenced || item.activeLocation !== "recovery") return [];
  const text =
    "its source could not be shut down and may still run; the next action on it that finds it shuts it down";
  return [{ severity: "Warning", code: "SourceUnfenced", text }];
};
