/** How long a recovery plan takes: group after group; within a group, machines are restored side by side. */
import type { ForecastInput, ForecastPlan } from "./forecast-input.ts";

export interface PlanTimes {
  readonly name: string;
  readonly rtoSeconds: number;
  /** Seconds of each group, steps included. */
  readonly groupSeconds: readonly number[];
}

/**
 * The time to restore disks of these sizes, so many at once: the longest first, each to the first that is free. The disk's
 * speed is shared by those that run, so that it is never less than all bytes at that speed.
 */
function restoreSeconds(sizes: readonly number[], input: ForecastInput): number {
  const { copiesMax, restoreBytesPerSecond } = input.settings;
  const perCopy = restoreBytesPerSecond / Math.min(copiesMax, Math.max(1, sizes.length));
  const free = new Array<number>(copiesMax).fill(0);
  for (const bytes of [...sizes].sort((one, other) => other - one)) {
    const first = free.indexOf(Math.min(...free));
    free[first] = free[first]! + bytes / perCopy;
  }
  return Math.max(...free);
}

/** `machines` with their data at the end of the time that is looked at. */
export function planTimes(
  plan: ForecastPlan,
  input: ForecastInput,
  machines: readonly { readonly name: string; readonly dataBytes: number }[],
): PlanTimes {
  const { scriptSeconds, manualSeconds } = input.settings;
  const bytesOf = new Map(machines.map(({ name, dataBytes }) => [name.toLowerCase(), dataBytes]));
  const groupSeconds = plan.groups.map(
    ({ machines, scripts, manualSteps }) =>
      restoreSeconds(
        machines.map((name) => bytesOf.get(name.toLowerCase()) ?? 0),
        input,
      ) +
      scripts * scriptSeconds +
      manualSteps * manualSeconds,
  );
  return { name: plan.name, rtoSeconds: groupSeconds.reduce((sum, one) => sum + one, 0), groupSeconds };
}
