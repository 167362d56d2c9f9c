/** Address ranges of a virtual network: well formed, apart from each other, and subnets inside of their network. */
import {
  type AddressRange,
  contains,
  malformedRange,
  parseRange,
  startsAtItsNetwork,
} from "../address-range.ts";
import type { VirtualNetworkInputs } from "../kinds/virtual-network.ts";
import type { CheckFailure } from "./handler.ts";
import { known } from "./settings-handler.ts";

interface Placed {
  readonly property: string;
  readonly range: AddressRange;
}

function overlap(one: AddressRange, other: AddressRange): boolean {
  return contains(one, other) || contains(other, one);
}

/** What is wrong with address ranges; those that are not known yet are not looked at. */
export function networkAddressFailures(inputs: VirtualNetworkInputs): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string): void => void failures.push({ property, reason });
  const place = (property: string, text: string | undefined, others: Placed[]): Placed | undefined => {
    if (text === undefined || known(text) === undefined) return undefined;
    const range = parseRange(text);
    if (!range || !startsAtItsNetwork(range)) {
      const form = range ? `begins within its range; write ${range.network}` : malformedRange;
      refuse(property, `'${text}' ${form}`);
      return undefined;
    }
    const other = others.find((one) => overlap(one.range, range));
    if (other)
      refuse(property, `'${text}' overlaps ${other.property} (${other.range.text}); ranges must differ`);
    const placed = { property, range };
    others.push(placed);
    return placed;
  };
  const prefixes = known(known(inputs.addressSpace)?.addressPrefixes) ?? [];
  const space: Placed[] = [];
  prefixes.forEach((text, at) => void place(`addressSpace.addressPrefixes[${at}]`, text, space));
  const isWhole = space.length === prefixes.length && space.length > 0;
  const subnets: Placed[] = [];
  for (const [at, subnet] of (known(inputs.subnets) ?? []).entries()) {
    const placed = place(`subnets[${at}].addressPrefix`, known(subnet)?.addressPrefix, subnets);
    if (!placed || !isWhole || space.some(({ range }) => contains(range, placed.range))) continue;
    const inside = space.map(({ range }) => range.text).join(", ");
    refuse(placed.property, `'${placed.range.text}' is outside of the network's address space, ${inside}`);
  }
  return failures;
}
