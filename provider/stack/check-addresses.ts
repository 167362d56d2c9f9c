/** Static addresses of replica machines: in a subnet of their virtual network, not Azure's own, and no other machine's. */
import {
  type AddressRange,
  contains,
  isReserved,
  parseAddress,
  parseRange,
  singleAddress,
} from "../address-range.ts";
import { azureNetworkOf } from "./check-machine-names.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import { siteOf, targetSiteOf } from "./site-of.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";

/** The virtual networks that a machine may join: the one it names, or those that its site's networks are mapped to. */
function networksOf(stack: StackDefinition, machine: StackMachine): string[] {
  const site = siteOf(stack, machine.site);
  if (!site) return [];
  const own = machine.network ?? azureNetworkOf(site, machine);
  if (own !== undefined) return [own];
  const mapped = (site.networkMappings ?? []).filter((mapping) => mapping.site === undefined);
  return [...new Set(mapped.map(({ to }) => to))];
}

function checkAddress(
  address: string,
  place: { readonly path: YamlPath; readonly subnets: readonly AddressRange[]; readonly names: string },
  findings: Findings,
): void {
  const { path, subnets, names } = place;
  const parsed = parseAddress(address);
  if (!parsed) {
    findings.add("address-malformed", path, `'${address}' is no IP address; write it like 10.20.0.4`);
    return;
  }
  const subnet = subnets.find((range) => contains(range, singleAddress(parsed)));
  if (subnet === undefined) {
    const list = subnets.map(({ text }) => text).join(", ");
    const hint = list === "" ? "it declares none" : `there are ${list}`;
    findings.add("address-outside-subnet", path, `'${address}' is in no subnet of ${names}; ${hint}`);
  } else if (isReserved(subnet, parsed)) {
    const message = `'${address}' is one of the first four or the last address of ${subnet.text}, which Azure keeps; take another one`;
    findings.add("address-reserved", path, message);
  }
}

export function checkAddresses(stack: StackDefinition, findings: Findings): void {
  const ranges = new Map(
    stack.azure.networks.map(({ name, subnets = [] }) => [
      name,
      subnets.flatMap(({ addressPrefix }) => parseRange(addressPrefix) ?? []),
    ]),
  );
  const named: { path: YamlPath; name: string }[] = [];
  for (const [index, machine] of (stack.machines ?? []).entries()) {
    if (machine.recoveryAddresses === undefined) continue;
    // Machines that replicate to a second site have none, which is reported.
    if (targetSiteOf(stack, machine) !== undefined) continue;
    const networks = networksOf(stack, machine);
    const subnets = networks.flatMap((name) => ranges.get(name) ?? []);
    for (const [place, address] of machine.recoveryAddresses.entries()) {
      const path = ["machines", index, "recoveryAddresses", place];
      checkAddress(address, { path, subnets, names: networks.join(" or ") || "its network" }, findings);
      named.push({ path, name: address });
    }
  }
  findings.requireUnique(named, "recovery address");
}
