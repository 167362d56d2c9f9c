import type { HealthCheck } from "./health-note.ts";

const day = 24 * 60 * 60_000;
/** The identity that may drop them does so from time to time; after a longer time it is a mistake. */
const leftMilliseconds = 7 * day;

/** Recovery points that the policy no longer keeps were not dropped, though they take space. */
export const retentionNotes: HealthCheck = ({ parts, item }) => {
  const { retentionFailure, leftPoints } = item.details;
  if (retentionFailure !== undefined) {
    const text = `old recovery points were not dropped: ${retentionFailure.replace(/\.$/, "")}; the next cycle tries again`;
    return [{ severity: "Warning", code: "RetentionFailed", text }];
  }
  if (leftPoints === undefined || parts.clock.now() - leftPoints.since < leftMilliseconds) return [];
  const since = new Date(leftPoints.since).toISOString();
  const text = `${leftPoints.count} old recovery points wait since ${since} for an identity that may delete: run \`siterecovery retention\` with it`;
  return [{ severity: "Warning", code: "RetentionLeft", text }];
};
