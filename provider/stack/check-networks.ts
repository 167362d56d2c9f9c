/** Address ranges of virtual networks: well formed, subnets inside their network and apart from each other. */
import {
  type AddressRange,
  contains,
  malformedRange,
  overlap,
  parseRange,
  startsAtItsNetwork,
} from "../address-range.ts";
import type { Findings } from "./findings.ts";
import type { StackDefinition, StackNetwork } from "./stack-definition.ts";

function checkNetwork(network: StackNetwork, index: number, findings: Findings): void {
  const path = ["azure", "networks", index];
  const parse = (place: readonly (string | number)[], text: string): AddressRange[] => {
    const range = parseRange(text);
    if (range && startsAtItsNetwork(range)) return [range];
    const form = range ? `begins within its range; write ${range.network}` : malformedRange;
    findings.add("address-range", [...path, ...place], `'${text}' ${form}`);
    return [];
  };
  const space: AddressRange[] = [];
  for (const [place, text] of (network.addressSpace ?? []).entries()) {
    for (const range of parse(["addressSpace", place], text)) {
      const other = space.find((one) => overlap(one, range));
      const message = `'${text}' overlaps ${other?.text}; the ranges of a network must differ`;
      if (other) findings.add("address-range", [...path, "addressSpace", place], message);
      space.push(range);
    }
  }
  const seen: { name: string; range: AddressRange }[] = [];
  for (const [place, { name, addressPrefix }] of (network.subnets ?? []).entries()) {
    const where = ["subnets", place, "addressPrefix"];
    for (const range of parse(where, addressPrefix)) {
      const other = seen.find((one) => overlap(one.range, range));
      if (other) {
        const message = `'${range.text}' overlaps the subnet ${other.name} (${other.range.text}); ranges must differ`;
        findings.add("subnets-overlap", [...path, ...where], message);
      } else if (space.length > 0 && !space.some((outer) => contains(outer, range))) {
        const inside = space.map(({ text }) => text).join(", ");
        findings.add(
          "subnet-outside-network",
          [...path, ...where],
          `'${range.text}' is outside of the network's addressSpace, ${inside}`,
        );
      }
      seen.push({ name, range });
    }
  }
  const names = (network.subnets ?? []).map(({ name }, place) => ({
    path: [...path, "subnets", place, "name"],
    name,
  }));
  findings.requireUnique(names, "subnet");
}

export function checkNetworks(stack: StackDefinition, findings: Findings): void {
  for (const [index, network] of stack.azure.networks.entries()) checkNetwork(network, index, findings);
}
