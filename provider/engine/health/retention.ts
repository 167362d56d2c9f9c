import type { HealthCheck } from "./health-note.ts";

/** Recovery points that the policy no longer keeps could not be dropped. They take space; the next cycle tries again. */
export const retentionNotes: HealthCheck = ({ item }) => {
  const { retentionFailure } = item.details;
  if (retentionFailure === undefined) return [];
  const text = `old recovery points were not dropped: ${retentionFailure.replace(/\.$/, "")}; the next cycle tries again`;
  return [{ severity: "Warning", code: "RetentionFailed", text }];
};
