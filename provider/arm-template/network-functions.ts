/** Functions of address ranges. */
import { parseRange } from "../address-range.ts";
import type { Arguments, FunctionTable } from "./template-function.ts";

/** The address range with an index among the ranges of a prefix length in a larger range. */
function cidrSubnet(given: Arguments): string {
  const range = parseRange(given.text(0));
  const [prefix, index] = [given.whole(1), given.whole(2)];
  if (range?.address.kind() !== "ipv4") return given.refuse("is supported for IPv4 ranges only");
  const bits = 32;
  if (prefix < range.prefix || prefix > bits) given.refuse(`takes ${range.prefix} to ${bits} as argument 2`);
  if (index < 0 || index >= 2 ** (prefix - range.prefix)) given.refuse("has no range with that index");
  const number = range.address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
  const start = number - (number % 2 ** (bits - range.prefix)) + index * 2 ** (bits - prefix);
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
  return `${bytes.join(".")}/${prefix}`;
}

export const networkFunctions: FunctionTable = {
  cidrsubnet: { usage: "cidrSubnet('10.1.0.0/16', 24, 0)", takes: [3, 3], run: cidrSubnet },
};
