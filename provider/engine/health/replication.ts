import type { ReplicationFailure } from "../../model/item.ts";
import type { HealthCheck } from "./health-note.ts";

function retryNote({ attempt, retryAt, situation }: ReplicationFailure): string {
  if (retryAt !== undefined) {
    return `(attempt ${attempt}; \`replicate --follow\` tries again at ${new Date(retryAt).toISOString()})`;
  }
  return situation === undefined
    ? ""
    : "(not retried until its settings or the machine change; once it is mended, run `siterecovery replicate`)";
}

/** The last cycle failed. It is critical when it is not tried again by itself (HW-4e). */
export const replicationNotes: HealthCheck = ({ item }) => {
  const { replicationError } = item.details;
  if (!replicationError) return [];
  const text = `last replication failed: ${replicationError.message} ${retryNote(replicationError)}`;
  const severity = replicationError.retryAt === undefined ? "Critical" : "Warning";
  return [{ severity, code: "ReplicationFailed", text }];
};
