import { timeoutsKey } from "../pulumi/reserved-keys.ts";
import { type Properties, urnOf } from "../pulumi/resource-state.ts";
import type { TimeLimit } from "../pulumi/work-limits.ts";
import { nameOfUrn } from "../urn.ts";

const unitSeconds: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };

/** Seconds of a duration as Pulumi writes it: `1h30m`, `2.5s`. Pulumi has refused what is none. */
export function secondsOf(duration: unknown): number {
  const parts = typeof duration === "string" ? duration.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g) : [];
  return Array.from(parts, ([, count, unit]) => Number(count) * unitSeconds[unit!]!).reduce(
    (sum, seconds) => sum + seconds,
    0,
  );
}

/** The `customTimeouts` that the resource class passed on: Pulumi's host does not. */
export function toldTimeLimit(properties: Properties, option: TimeLimit["option"]): TimeLimit {
  const timeouts = properties[timeoutsKey] as Partial<Record<string, unknown>> | undefined;
  return { name: nameOfUrn(urnOf(properties)), option, seconds: secondsOf(timeouts?.[option]) };
}
