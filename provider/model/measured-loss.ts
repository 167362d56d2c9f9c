/** What a drill would have lost of a machine's data. */
import type { GuestEvidence } from "./guest-evidence.ts";

export interface MeasuredLoss {
  readonly seconds: number;
  /** Who says so: the guest, by what it last wrote, or only the time of the recovery point. */
  readonly from: "guest" | "recoveryPoint";
}

/**
 * From what the machine holds until the drill was asked for; times are milliseconds since 1970. A guest that names a time
 * after its recovery point is not believed: its clock is wrong, or it has written since it was started.
 */
export function measuredLoss(
  requestedAt: number,
  pointTakenAt: number,
  guest: GuestEvidence | undefined,
): MeasuredLoss {
  const secondsSince = (time: number): number => Math.max(0, (requestedAt - time) / 1000);
  const lastWriteAt = guest?.lastWriteAt;
  if (lastWriteAt === undefined || lastWriteAt > pointTakenAt)
    return { seconds: secondsSince(pointTakenAt), from: "recoveryPoint" };
  return { seconds: secondsSince(lastWriteAt), from: "guest" };
}
