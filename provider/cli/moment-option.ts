import { systemClock } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";

const millisecondsOf: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The moment of an option: an ISO 8601 time, or how long ago it was. Throws `InvalidInput`. */
export function momentOf(written: string, option: string): number {
  const ago = /^(\d+)([mhd])$/.exec(written);
  const at = ago ? systemClock.now() - Number(ago[1]) * millisecondsOf[ago[2]!]! : Date.parse(written);
  if (!Number.isNaN(at)) return at;
  const message = `${option} is "${written}"; write a time such as 2026-01-05T08:00:00Z, or 30m, 24h, 7d.`;
  throw new SiteRecoveryError("InvalidInput", message, { property: option });
}
