import { malformedRange } from "../address-range.ts";
import { networkFaults, type RangeFault } from "../network-ranges.ts";
import type { RuleId } from "../rules/registry.ts";
import type { Findings } from "./findings.ts";
import type { StackDefinition, StackNetwork } from "./stack-definition.ts";

/** The rule that a fault breaks, and the fault in words. */
function told({ name, subnets = [] }: StackNetwork, fault: RangeFault): [RuleId, string] {
  const { text } = fault;
  switch (fault.fault) {
    case "malformed":
      return ["address-range", `'${text}' ${malformedRange}`];
    case "shifted":
      return ["address-range", `'${text}' begins within its range; write ${fault.range.network}`];
    case "unfit":
      return ["address-range", `'${text}' ${fault.why}`];
    case "overlaps": {
      const { list, index, range } = fault.other;
      return list === "space"
        ? ["address-range", `'${text}' overlaps ${range.text}; the ranges of a network must differ`]
        : [
            "subnets-overlap",
            `'${text}' overlaps the subnet ${subnets[index]?.name ?? name} (${range.text}); ranges must differ`,
          ];
    }
    case "outside": {
      const inside = fault.space.map(({ range }) => range.text).join(", ");
      return ["subnet-outside-network", `'${text}' is outside of the network's addressSpace, ${inside}`];
    }
  }
}

function checkNetwork(network: StackNetwork, index: number, findings: Findings): void {
  const path = ["azure", "networks", index];
  const subnets = network.subnets ?? [];
  const space = network.addressSpace ?? [];
  for (const fault of networkFaults({ space, subnets: subnets.map((subnet) => subnet.addressPrefix) })) {
    const place =
      fault.list === "space" ? ["addressSpace", fault.index] : ["subnets", fault.index, "addressPrefix"];
    const [rule, message] = told(network, fault);
    findings.add(rule, [...path, ...place], message);
  }
  const names = subnets.map(({ name }, place) => ({ path: [...path, "subnets", place, "name"], name }));
  findings.requireUnique(names, "subnet");
}

export function checkNetworks(stack: StackDefinition, findings: Findings): void {
  for (const [index, network] of stack.azure.networks.entries()) checkNetwork(network, index, findings);
}
