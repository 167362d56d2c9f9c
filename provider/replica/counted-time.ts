/**
 * The time line of a machine's recovery points. The clock of a computer may jump by days; each point therefore also has
 * a counted time, which grows by the time that really passed since the point before.
 */
import type { RecoveryPoint } from "./recovery-point.ts";

type Timed = Pick<RecoveryPoint, "takenAt" | "takenOn" | "countedAt">;

/** After a restart no second clock says how much time passed: not more than this is believed, in milliseconds. */
export const unconfirmedMax = 60 * 60_000;
/** Two clocks differ by less than this without one having jumped, in milliseconds. */
const jumpMin = 2 * 60_000;

/** A point's place on the time line, in milliseconds; for points of earlier versions the time of the wall clock. */
export function countedAtOf({ countedAt, takenAt }: Timed): number {
  return countedAt ?? takenAt;
}

/** Returns the milliseconds that passed between two instants: by the boot clock if they share one. */
export function elapsedBetween(before: Timed, after: Timed): number {
  const [from, to] = [before.takenOn, after.takenOn];
  if (from !== undefined && to !== undefined && from.clock !== "" && from.clock === to.clock) {
    return Math.max(0, to.milliseconds - from.milliseconds);
  }
  return Math.min(Math.max(0, after.takenAt - before.takenAt), unconfirmedMax);
}

/** Returns by how many milliseconds the wall clock ran ahead (or, below 0, back) of the time that passed; 0: no jump. */
export function clockJumpBetween(before: Timed, after: Timed): number {
  if (before.takenOn === undefined || after.takenOn === undefined) return 0;
  const ahead = after.takenAt - before.takenAt - elapsedBetween(before, after);
  const isSameClock = before.takenOn.clock !== "" && before.takenOn.clock === after.takenOn.clock;
  // A long pause over a restart may be what it looks like; a clock that went back is wrong at one of its ends.
  if (!isSameClock && ahead > 0) return 0;
  return Math.abs(ahead) < jumpMin ? 0 : ahead;
}
