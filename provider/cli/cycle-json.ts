import type { ReplicationCycle } from "../model/item.ts";
import type { CycleJson } from "./json/status.ts";
import { isoTime } from "./times.ts";

export function cycleJson(cycle: ReplicationCycle): CycleJson {
  const {
    pointId,
    takenAt,
    bytesChanged,
    bytesSent,
    blocksSent,
    blocksReused = 0,
    durationMilliseconds,
  } = cycle;
  return {
    pointId,
    takenAt: isoTime(takenAt),
    bytesChanged,
    bytesSent,
    blocksSent,
    blocksReused,
    durationMilliseconds,
    clockJumpMilliseconds: cycle.clockJumpMilliseconds ?? null,
    resyncReason: cycle.resyncReason ?? null,
  };
}
