/** A job that a process left when it died, or was stopped: it waits, and the machine may be between two states. */
import { currentLease } from "../../store/leases.ts";
import { openJobOf } from "../../store/jobs.ts";
import type { HealthCheck } from "./health-note.ts";

export const interruptedJobNotes: HealthCheck = ({ parts, item }) => {
  const { store, clock } = parts;
  const job = openJobOf(store, item.id);
  if (job === undefined || currentLease(store, item.id, clock) !== undefined) return [];
  const text =
    `its job ${job.scenario} was interrupted and waits: run the same command again, which ends it; \`siterecovery jobs ` +
    `cancel ${job.id}\` rolls it back where that is possible`;
  return [{ severity: "Warning", code: "JobInterrupted", text }];
};
