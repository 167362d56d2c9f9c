/** Address ranges of virtual networks: well formed, subnets inside their network and apart from each other. */
import { BlockList, isIP } from "node:net";
import type { Findings } from "./findings.ts";
import type { StackDefinition, StackNetwork } from "./stack-definition.ts";

interface AddressRange {
  readonly text: string;
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/** `10.0.0.0/16`, or nothing when it is no range. */
function parseRange(text: string): AddressRange | undefined {
  const [, address = "", digits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  const prefix = Number(digits);
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) return undefined;
  return { text, address, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}

function contains(outer: AddressRange, inner: AddressRange): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.prefix, outer.family);
  return list.check(inner.address, inner.family);
}

function checkNetwork(network: StackNetwork, index: number, findings: Findings): void {
  const path = ["azure", "networks", index];
  const parse = (place: readonly (string | number)[], text: string): AddressRange[] => {
    const range = parseRange(text);
    if (range) return [range];
    findings.add(
      "address-range",
      [...path, ...place],
      `'${text}' is no address range; write it like 10.20.0.0/16`,
    );
    return [];
  };
  const space = (network.addressSpace ?? []).flatMap((text, place) => parse(["addressSpace", place], text));
  const seen: { name: string; range: AddressRange }[] = [];
  for (const [place, { name, addressPrefix }] of (network.subnets ?? []).entries()) {
    const where = ["subnets", place, "addressPrefix"];
    for (const range of parse(where, addressPrefix)) {
      const other = seen.find((one) => contains(one.range, range) || contains(range, one.range));
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
