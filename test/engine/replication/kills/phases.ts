/** Where in its work a process was when it was killed. */
import type { Step } from "./steps.ts";

export const phases = [
  "starting",
  "writing",
  "flushing",
  "reopening",
  "snapshot",
  "copying",
  "publishing",
  "completing",
  "abandoning",
  "retaining",
  "compacting",
  "pinning",
  "restoring",
  "rotating",
  "attaching",
] as const;
export type Phase = (typeof phases)[number];

const phaseOfStep = {
  write: "writing",
  flush: "flushing",
  reopen: "reopening",
  restore: "restoring",
  rotate: "rotating",
  attach: "attaching",
} as const;

/** What a step is doing by the file that it changes. `isTaken`: a cycle has its snapshot already. */
export function phaseOf(
  step: { readonly kind: Step["kind"]; isTaken: boolean; isCancelled: boolean } | undefined,
  filePath: string,
): Phase {
  if (step === undefined) return "starting";
  const { kind } = step;
  if (filePath.includes("/pins")) return "pinning";
  if (kind === "retain" || kind === "compact") {
    return filePath.includes("/disks/") ? "compacting" : "retaining";
  }
  if (kind !== "cycle") return phaseOfStep[kind];
  if (filePath.includes("/points/")) return "publishing";
  if (filePath.includes("/store/")) return "copying";
  if (!step.isTaken) return "snapshot";
  return step.isCancelled ? "abandoning" : "completing";
}
