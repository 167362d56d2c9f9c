import type { HealthCheck } from "./health-note.ts";

/** The place that holds the replica cannot be read, so that no recovery point can be used now. */
export const targetNotes: HealthCheck = ({ targetFailure }) => {
  if (targetFailure === undefined) return [];
  const text = `its recovery points cannot be read: ${targetFailure.message.replace(/\.$/, "")}`;
  return [{ severity: "Critical", code: "TargetUnreachable", text }];
};
