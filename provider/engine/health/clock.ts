import { clockJumpBetween } from "../../replica/counted-time.ts";
import { jumpText } from "../replication-cycle/jump-text.ts";
import type { HealthCheck } from "./health-note.ts";

/** The clock jumped between the two newest recovery points, or the newest is of a time that has not come yet. */
export const clockNotes: HealthCheck = ({ parts, points }) => {
  const [before, newest] = [points.at(-2), points.at(-1)];
  if (newest === undefined) return [];
  const now = { takenAt: parts.clock.now(), takenOn: parts.clock.shared() };
  const jump = before === undefined ? 0 : clockJumpBetween(before, newest);
  if (jump !== 0) return [{ severity: "Warning", code: "ClockJumped", text: jumpText(jump) }];
  const since = clockJumpBetween(newest, now);
  if (since === 0) return [];
  const way = since > 0 ? "ahead" : "back";
  const text = `the clock of this computer was set ${way} since its newest recovery point of ${new Date(newest.takenAt).toISOString()}; its age is not what the clock says`;
  return [{ severity: "Warning", code: "ClockJumped", text }];
};
