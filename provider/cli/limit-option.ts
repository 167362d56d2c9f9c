import { SiteRecoveryError } from "../errors.ts";

/** The number of `--limit`. Throws `InvalidInput`. */
export function limitOf(written: string): number {
  const limit = Number(written);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new SiteRecoveryError("InvalidInput", `--limit is "${written}"; write a whole number from 1.`, {
    property: "--limit",
  });
}
