/**
 * Address ranges of a virtual network: well formed, such as Azure takes, apart from each other, and subnets inside of
 * their network.
 */
import { type AddressRange, contains, overlap, parseRange, startsAtItsNetwork } from "./address-range.ts";

/** A range, and its place in the list that it is in. */
export interface PlacedRange {
  readonly list: "space" | "subnets";
  readonly index: number;
  readonly range: AddressRange;
}

/** What is wrong with a range of a network. */
export type RangeFault = {
  readonly list: PlacedRange["list"];
  readonly index: number;
  readonly text: string;
} & (
  | { readonly fault: "malformed" }
  /** It has bits beyond its prefix. */
  | { readonly fault: "shifted"; readonly range: AddressRange }
  | { readonly fault: "overlaps"; readonly other: PlacedRange }
  /** Azure takes no such range. `why` follows the range in a sentence. */
  | { readonly fault: "unfit"; readonly why: string }
  /** A subnet that none of the network's ranges holds. */
  | { readonly fault: "outside"; readonly space: readonly PlacedRange[] }
);

/** The ranges of a network, and of its subnets. One that is `undefined` is not known, and not checked. */
export interface NetworkRanges {
  readonly space: readonly (string | undefined)[];
  readonly subnets: readonly (string | undefined)[];
}

/** What Azure keeps for purposes of its own: "Can I use public IP addresses in my virtual networks", virtual network FAQ. */
const kept: readonly (readonly [range: string, purpose: string])[] = [
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local addresses"],
  ["168.63.129.16/32", "its own name server"],
  ["224.0.0.0/4", "multicast"],
  ["255.255.255.255/32", "broadcast"],
];
/** The smallest and the largest IPv4 range, by their prefixes; the same FAQ, "How small and how large can subnets be". */
const [prefixMax, prefixMin] = [29, 2];
/** "The subnet size must be exactly /64": IPv6 for Azure virtual networks. */
const subnetPrefixOfIPv6 = 64;

/** Why Azure takes no such range, or `undefined` if it does. */
function unfitness(range: AddressRange, list: PlacedRange["list"]): string | undefined {
  if (range.address.kind() === "ipv6") {
    if (list === "subnets" && range.prefix !== subnetPrefixOfIPv6) return "is no /64; an IPv6 subnet is one";
    return range.prefix > subnetPrefixOfIPv6 ? "has no room for a subnet; write /64 or less" : undefined;
  }
  const keptHere = kept.find(([text]) => overlap(parseRange(text)!, range));
  if (keptHere) return `has addresses of ${keptHere[0]}, which Azure keeps for ${keptHere[1]}`;
  if (range.prefix > prefixMax) return `is too small; the smallest range is a /${prefixMax}`;
  return range.prefix < prefixMin ? `is too large; the largest range is a /${prefixMin}` : undefined;
}

/** All that is wrong, in order. A subnet is looked for in the network only if all ranges of the network are right. */
export function networkFaults({ space, subnets }: NetworkRanges): RangeFault[] {
  const faults: RangeFault[] = [];
  const place = (list: PlacedRange["list"], index: number, text: string, others: PlacedRange[]): boolean => {
    const range = parseRange(text);
    if (!range || !startsAtItsNetwork(range)) {
      faults.push({ list, index, text, ...(range ? { fault: "shifted", range } : { fault: "malformed" }) });
      return false;
    }
    const why = unfitness(range, list);
    if (why !== undefined) {
      faults.push({ list, index, text, fault: "unfit", why });
      return false;
    }
    const other = others.find((one) => overlap(one.range, range));
    if (other) faults.push({ list, index, text, fault: "overlaps", other });
    others.push({ list, index, range });
    return true;
  };
  const [placedSpace, placedSubnets]: [PlacedRange[], PlacedRange[]] = [[], []];
  for (const [index, text] of space.entries())
    if (text !== undefined) place("space", index, text, placedSpace);
  const first = placedSpace[0];
  if (first && placedSpace.length === space.length && placedSpace.every(isIPv6)) {
    const why = "is of IPv6 addresses, and a network has IPv4 addresses too; add a range of those";
    faults.push({ list: "space", index: first.index, text: first.range.text, fault: "unfit", why });
  }
  const [, subnet] = [...subnets.entries()].find(([, text]) => text !== undefined) ?? [];
  if (space.length === 0 && subnet !== undefined) {
    const why = "is a subnet of a network without an address space; give the network the range that holds it";
    faults.push({ list: "subnets", index: subnets.indexOf(subnet), text: subnet, fault: "unfit", why });
  }
  const isWhole = placedSpace.length === space.length && space.length > 0;
  for (const [index, text] of subnets.entries()) {
    if (text === undefined || !place("subnets", index, text, placedSubnets) || !isWhole) continue;
    const { range } = placedSubnets.at(-1)!;
    if (placedSpace.some((outer) => contains(outer.range, range))) continue;
    faults.push({ list: "subnets", index, text, fault: "outside", space: placedSpace });
  }
  return faults;
}

function isIPv6({ range }: PlacedRange): boolean {
  return range.address.kind() === "ipv6";
}

/** Places of names in a list that an earlier name has already: names are compared without regard to case. */
export function repeatedNames(names: readonly (string | undefined)[]): { index: number; first: number }[] {
  const seen = new Map<string, number>();
  return names.flatMap((name, index) => {
    if (name === undefined) return [];
    const first = seen.get(name.toLowerCase());
    if (first !== undefined) return [{ index, first }];
    seen.set(name.toLowerCase(), index);
    return [];
  });
}
