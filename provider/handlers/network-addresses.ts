/** Address ranges of a virtual network: well formed, apart from each other, and subnets inside of their network. */
import {
  type AddressRange,
  contains,
  malformedRange,
  overlap,
  parseRange,
  startsAtItsNetwork,
} from "../address-range.ts";
import type { VirtualNetworkInputs } from "../kinds/virtual-network.ts";
import { CheckFailure } from "./handler.ts";
import { given, joined, type Message, plain, said, suggestion } from "../message.ts";
import { known } from "./settings-handler.ts";

interface Placed {
  readonly property: string;
  readonly range: AddressRange;
}

/** What is wrong with address ranges; those that are not known yet are not looked at. */
export function networkAddressFailures(inputs: VirtualNetworkInputs): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: Message): void =>
    void failures.push(new CheckFailure(property, reason));
  const place = (property: string, text: string | undefined, others: Placed[]): Placed | undefined => {
    if (text === undefined || known(text) === undefined) return undefined;
    const range = parseRange(text);
    if (!range || !startsAtItsNetwork(range)) {
      const better = range && suggestion(property, said`; write ${range.network}`);
      const form = range ? said`begins within its range${better}` : plain(malformedRange);
      refuse(property, said`${given(text, property)} ${form}`);
      return undefined;
    }
    const other = others.find((one) => overlap(one.range, range));
    if (other) {
      const place = [property, other.property];
      const which = said`${plain(other.property)} (${given(other.range.text, place, other.range.text)})`;
      refuse(property, said`${given(text, place)} overlaps ${which}; ranges must differ`);
    }
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
    const inside = space.map(({ property, range }) => given(range.text, property, range.text));
    const own = given(placed.range.text, placed.property);
    refuse(placed.property, said`${own} is outside of the network's address space, ${joined(inside)}`);
  }
  return failures;
}
