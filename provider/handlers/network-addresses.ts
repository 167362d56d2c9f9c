import { malformedRange } from "../address-range.ts";
import type { VirtualNetworkInputs } from "../kinds/virtual-network.ts";
import { given, joined, type Message, plain, said, suggestion } from "../message.ts";
import { networkFaults, type PlacedRange, type RangeFault, repeatedNames } from "../network-ranges.ts";
import { CheckFailure, unknownValue } from "./handler.ts";
import { known } from "./settings-handler.ts";

function isUnknown(value: unknown): boolean {
  return value === unknownValue;
}

function propertyOf({ list, index }: Pick<PlacedRange, "list" | "index">): string {
  return list === "space" ? `addressSpace.addressPrefixes[${index}]` : `subnets[${index}].addressPrefix`;
}

function reasonOf(fault: RangeFault, property: string): Message {
  const own = given(fault.text, property);
  switch (fault.fault) {
    case "malformed":
      return said`${own} ${plain(malformedRange)}`;
    case "shifted":
      return said`${own} begins within its range${suggestion(property, said`; write ${fault.range.network}`)}`;
    case "unfit":
      return said`${own} ${plain(fault.why)}`;
    case "overlaps": {
      const { text } = fault.other.range;
      const at = propertyOf(fault.other);
      const which = said`${plain(at)} (${given(text, [property, at], text)})`;
      return said`${given(fault.text, [property, at])} overlaps ${which}; ranges must differ`;
    }
    case "outside": {
      const inside = fault.space.map((one) => given(one.range.text, propertyOf(one), one.range.text));
      return said`${own} is outside of the network's address space, ${joined(inside)}`;
    }
  }
}

/** Subnets of one network that have the same name. */
function repeatedSubnets(inputs: VirtualNetworkInputs): CheckFailure[] {
  const names = (known(inputs.subnets) ?? []).map((subnet) => known(known(subnet)?.name));
  return repeatedNames(names).map(({ index, first }) => {
    const [own, other] = [`subnets[${index}].name`, `subnets[${first}].name`];
    const reason = said`${given(names[index], [own, other])} is the name of ${plain(`subnets[${first}]`)} already`;
    return new CheckFailure(own, reason);
  });
}

/** What is wrong with address ranges, and with the names of subnets; those that are not known yet are not looked at. */
export function networkAddressFailures(inputs: VirtualNetworkInputs): CheckFailure[] {
  const faults = networkFaults({
    space:
      isUnknown(inputs.addressSpace) || isUnknown(inputs.addressSpace?.addressPrefixes)
        ? [undefined]
        : (inputs.addressSpace?.addressPrefixes ?? []).map((text) => known(text)),
    subnets: (known(inputs.subnets) ?? []).map((subnet) => known(known(subnet)?.addressPrefix)),
  });
  const failures = faults.map((fault) => {
    const property = propertyOf(fault);
    return new CheckFailure(property, reasonOf(fault, property));
  });
  return [...failures, ...repeatedSubnets(inputs)];
}
