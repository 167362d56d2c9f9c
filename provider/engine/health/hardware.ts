import { stateFacts } from "../protected-item/states.ts";
import { driftTexts } from "../protected-item/hardware.ts";
import type { HealthCheck } from "./health-note.ts";

/** The machine's hardware is not what its item keeps: a failover would make another machine. */
export const hardwareNotes: HealthCheck = ({ parts, item }) => {
  if (!stateFacts[item.state].replicates) return [];
  return driftTexts(parts, item).map((text) => ({ severity: "Warning", code: "HardwareChanged", text }));
};
