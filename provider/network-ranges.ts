/** Address ranges of a virtual network: well formed, apart from each other, and subnets inside of their network. */
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
  /** A subnet that none of the network's ranges holds. */
  | { readonly fault: "outside"; readonly space: readonly PlacedRange[] }
);

/** The ranges of a network, and of its subnets. One that is `undefined` is not known, and not checked. */
export interface NetworkRanges {
  readonly space: readonly (string | undefined)[];
  readonly subnets: readonly (string | undefined)[];
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
    const other = others.find((one) => overlap(one.range, range));
    if (other) faults.push({ list, index, text, fault: "overlaps", other });
    others.push({ list, index, range });
    return true;
  };
  const [placedSpace, placedSubnets]: [PlacedRange[], PlacedRange[]] = [[], []];
  for (const [index, text] of space.entries())
    if (text !== undefined) place("space", index, text, placedSpace);
  const isWhole = placedSpace.length === space.length && space.length > 0;
  for (const [index, text] of subnets.entries()) {
    if (text === undefined || !place("subnets", index, text, placedSubnets) || !isWhole) continue;
    const { range } = placedSubnets.at(-1)!;
    if (placedSpace.some((outer) => contains(outer.range, range))) continue;
    faults.push({ list: "subnets", index, text, fault: "outside", space: placedSpace });
  }
  return faults;
}
