import { stateFacts } from "../../model/states.ts";
import { lookAtSource } from "../replication-cycle/look-at-source.ts";
import type { HealthCheck } from "./health-note.ts";

/** No cycle can run, or a disk is not as its change log and the newest recovery point left it. */
export const sourceDiskNotes: HealthCheck = async ({ parts, item, points, unreadablePoints }) => {
  if (!stateFacts[item.state].replicates) return [];
  const newest = unreadablePoints === 0 ? points.at(-1) : undefined;
  const { doubts, obstacle } = await lookAtSource(parts, item, newest);
  if (obstacle) return [{ severity: "Critical", ...obstacle }];
  return doubts
    .filter(({ isFault }) => isFault)
    .map(({ text }) => ({
      severity: "Warning",
      code: "ResyncRequired",
      text: `${text}; the next cycle compares both sides, \`siterecovery replicate --resync\` does it now`,
    }));
};
