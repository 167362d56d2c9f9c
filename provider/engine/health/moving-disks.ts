/** A machine that a failover has started, and that still reads its disks from the recovery point. */
import { nameOf } from "../../arm-id.ts";
import type { HealthCheck } from "./health-note.ts";

export const movingDiskNotes: HealthCheck = ({ parts, item }) => {
  const { recoveryMachine } = item.details;
  const state = recoveryMachine && parts.instantStart.stateOf(recoveryMachine.folder);
  if (recoveryMachine === undefined || state?.isKept !== true) return [];
  const { name, folder } = recoveryMachine;
  const text = `${name} runs from recovery point ${state.pointId}, ${state.percent} % of its disks are moved to ${folder}`;
  if (state.isServed) return [{ severity: "Warning", code: "RunsFromRecoveryPoint", text }];
  const stopped = `${text}, and the process that serves the rest has ended: \`siterecovery commit ${nameOf(item.id)}\` or any other action on it starts it again`;
  return [{ severity: "Critical", code: "RunsFromRecoveryPoint", text: stopped }];
};
