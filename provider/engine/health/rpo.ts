import { formatSeconds } from "../../format-seconds.ts";
import type { HealthCheck } from "./health-note.ts";

/** An RPO of more than this many thresholds is critical. */
const criticalThresholds = 2;

/** The newest recovery point is older than the threshold of its policy. */
export const rpoNotes: HealthCheck = ({ rpoSeconds, rpoThresholdSeconds: threshold }) => {
  if (rpoSeconds === undefined || rpoSeconds <= threshold) return [];
  const [age, most] = [formatSeconds(rpoSeconds), formatSeconds(threshold)];
  const text = `the newest recovery point is late: ${age} old, over the threshold of ${most}; run \`siterecovery replicate\``;
  const severity = rpoSeconds / threshold > criticalThresholds ? "Critical" : "Warning";
  return [{ severity, code: "RpoExceeded", text }];
};
