/** Drills: their machines, and networks that are at the machine's recovery side and in nobody's use. */
import type { ActiveLocation } from "../kinds/protected-item.ts";
import { type AddressRange, overlap, parseRange } from "../address-range.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import { moverOf } from "./mover-of.ts";
import { targetSiteOf } from "./site-of.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";

/** Networks of Azure (no site) or of a second site that machines fail over to for real. */
function productionNetworks(stack: StackDefinition, site: string | undefined): Set<string> {
  const mapped = stack.sites
    .flatMap(({ networkMappings = [] }) => networkMappings)
    .flatMap((mapping) => (mapping.site === site ? mapping.to : []));
  const chosen = (stack.machines ?? []).flatMap(({ network }) => network ?? []);
  return new Set([...mapped, ...(site === undefined ? chosen : [])]);
}

/** Where a machine is to run: by what moves it, or as it says itself. */
function sideOf(stack: StackDefinition, machine: StackMachine): ActiveLocation | undefined {
  return moverOf(stack, machine.name)?.activeLocation ?? machine.activeLocation;
}

/** A machine of a drill that reaches the real network meets its own address there. */
function checkAddressSpace(
  stack: StackDefinition,
  network: string,
  path: YamlPath,
  findings: Findings,
): void {
  const rangesOf = (name: string): AddressRange[] =>
    (stack.azure.networks.find((one) => one.name === name)?.addressSpace ?? []).flatMap(
      (text) => parseRange(text) ?? [],
    );
  const own = rangesOf(network);
  for (const other of productionNetworks(stack, undefined)) {
    const shared = rangesOf(other).find((range) => own.some((one) => overlap(one, range)));
    if (other === network || shared === undefined) continue;
    const message = `'${network}' has addresses of '${other}' (${shared.text}), which machines fail over to; give it an address space of its own`;
    findings.add("drill-network-addresses", path, message);
    return;
  }
}

export function checkDrills(stack: StackDefinition, findings: Findings): void {
  const machines = new Map((stack.machines ?? []).map((machine) => [machine.name, machine]));
  for (const [index, drill] of (stack.drills ?? []).entries()) {
    findings.requireName("drill-unknown-machine", ["drills", index, "machine"], drill.machine, "machine", [
      ...machines.keys(),
    ]);
    const machine = machines.get(drill.machine);
    const target = machine && targetSiteOf(stack, machine);
    if (machine && sideOf(stack, machine) === "recovery") {
      const message = `'${drill.machine}' is to run at the recovery side, and a drill tries the failover to it; take the drill out before the failover`;
      findings.add("drill-at-recovery-side", ["drills", index, "machine"], message);
    }
    const site = stack.sites.find(({ name }) => name === target);
    const networks = target === undefined ? stack.azure.networks : (site?.networks ?? []);
    const what = target === undefined ? "network" : `network of ${target}`;
    const path = ["drills", index, "network"];
    const known = networks.map(({ name }) => name);
    const found = findings.requireName("unknown-network", path, drill.network, what, known);
    if (found && target === undefined) checkAddressSpace(stack, drill.network, path, findings);
    if (found && productionNetworks(stack, target).has(drill.network)) {
      findings.add(
        "drill-network-in-use",
        path,
        `machines fail over to '${drill.network}' for real; a drill needs an isolated network`,
      );
    }
  }
  const tested = (stack.drills ?? []).map(({ machine }, index) => ({
    path: ["drills", index, "machine"],
    name: machine,
  }));
  findings.requireUnique(tested, "drill of machine");
}
