import { stateFacts } from "../../model/states.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";
import { driftTexts } from "../identity/hardware.ts";
import type { ProtectedItem } from "../../model/item.ts";
import type { HealthCheck } from "./health-note.ts";

/** The machine's hardware is not what its item keeps: a failover would make another machine. */
export const hardwareNotes: HealthCheck = async ({ parts, item, points }) => {
  if (!stateFacts[item.state].replicates) return [];
  const texts = [...(await driftTexts(parts, item)), ...unsentDisks(item, points.at(-1))];
  return texts.map((text) => ({ severity: "Warning", code: "HardwareChanged", text }));
};

/** Disks that an update has taken over and no cycle has sent. */
function unsentDisks({ details }: ProtectedItem, newest: RecoveryPoint | undefined): string[] {
  if (newest === undefined) return [];
  return details.disks
    .filter(({ id }) => !newest.disks.some(({ diskId }) => diskId === id))
    .map(
      ({ id }) =>
        `disk ${id} is in no recovery point yet, and a failover now leaves it out: the next cycle sends it`,
    );
}
