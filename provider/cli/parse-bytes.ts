import { SiteRecoveryError } from "../errors.ts";

const powers: Record<string, number> = { "": 0, k: 1, m: 2, g: 3, t: 4 };

/** Bytes of `512`, `20 GiB`, `1.5g`; units are powers of 1024. Throws `InvalidInput`, naming what it is for. */
export function parseBytes(text: string, what: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text);
  if (match) return Number(match[1]) * 1024 ** powers[match[2]!.toLowerCase()]!;
  const message = `${what} is "${text}", which is no size. Write a number with a unit: 512MiB, 20GiB, 1.5TiB.`;
  throw new SiteRecoveryError("InvalidInput", message, { property: what });
}
