/** Drills: their machines or plans, and networks, which must be at the machine's recovery side and unused. */
import { drillSettingFailures } from "../handlers/drill.ts";
import type { ActiveLocation } from "../kinds/protected-item.ts";
import { type AddressRange, overlap, parseRange } from "../address-range.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import { moverOf } from "./mover-of.ts";
import { targetSiteOf } from "./site-of.ts";
import type { StackDefinition, StackDrill, StackMachine } from "./stack-definition.ts";
import { machinesOf } from "./stack-plan.ts";

/** The machines that a drill tests, as far as they are there. */
export function machinesOfDrill(stack: StackDefinition, { machine, plan }: StackDrill): StackMachine[] {
  const wanted = new Set(
    machine === undefined
      ? (stack.plans ?? []).filter(({ name }) => name === plan).flatMap(machinesOf)
      : [machine],
  );
  return (stack.machines ?? []).filter(({ name }) => wanted.has(name));
}

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

/** A drill of the definition, with its place and the machines that it tests. */
interface Placed {
  readonly drill: StackDrill;
  readonly path: YamlPath;
  /** The key that says what is tested. */
  readonly key: "machine" | "plan";
  readonly machines: readonly StackMachine[];
}

function checkSubject(stack: StackDefinition, { drill, path }: Placed, findings: Findings): void {
  const { machine, plan } = drill;
  if ((machine === undefined) === (plan === undefined)) {
    const message = "names neither a machine nor a plan, or both; write machine or plan";
    findings.add("drill-subject", path, message);
    return;
  }
  if (machine !== undefined) {
    const names = (stack.machines ?? []).map(({ name }) => name);
    findings.requireName("drill-unknown-machine", [...path, "machine"], machine, "machine", names);
    return;
  }
  const names = (stack.plans ?? []).map(({ name }) => name);
  findings.requireName("drill-unknown-plan", [...path, "plan"], plan!, "plan", names);
}

/** The kind's own rules are asked: an update would refuse the settings there. */
function checkSettings({ drill, path }: Placed, findings: Findings): void {
  const { plan, recoveryPoint, schedule } = drill;
  const settings = {
    ...(plan === undefined ? {} : { recoveryPlanId: plan }),
    ...(recoveryPoint === undefined ? {} : { recoveryPoint }),
    ...(schedule === undefined ? {} : { schedule }),
  };
  for (const { property, reason } of drillSettingFailures(settings))
    findings.add("drill-setting", [...path, ...property.split(".")], reason);
}

/** A drill that runs at once tries a failover to the recovery side. */
function checkSide(stack: StackDefinition, { drill, path, key, machines }: Placed, findings: Findings): void {
  const moved = machines.find((machine) => sideOf(stack, machine) === "recovery");
  if (moved === undefined || drill.schedule !== undefined) return;
  const message = `'${moved.name}' is to run at the recovery side, and a drill tries the failover to it; take the drill out before the failover`;
  findings.add("drill-at-recovery-side", [...path, key], message);
}

function checkNetwork(stack: StackDefinition, { drill, path, machines }: Placed, findings: Findings): void {
  const [machine] = machines;
  const target = machine && targetSiteOf(stack, machine);
  const site = stack.sites.find(({ name }) => name === target);
  const networks = target === undefined ? stack.azure.networks : (site?.networks ?? []);
  const what = target === undefined ? "network" : `network of ${target}`;
  const at = [...path, "network"];
  const known = networks.map(({ name }) => name);
  if (!findings.requireName("unknown-network", at, drill.network, what, known)) return;
  if (target === undefined) checkAddressSpace(stack, drill.network, at, findings);
  if (!productionNetworks(stack, target).has(drill.network)) return;
  const message = `machines fail over to '${drill.network}' for real; a drill needs an isolated network`;
  findings.add("drill-network-in-use", at, message);
}

/** The test machines of a drill without a schedule stay, and a machine has one test machine at a time. */
function checkOverlaps(drills: readonly Placed[], findings: Findings): void {
  const first = new Map<string, Placed>();
  for (const placed of drills) {
    const clash = placed.machines.find(({ name }) => {
      const other = first.get(name);
      return other !== undefined && [other, placed].some(({ drill }) => drill.schedule === undefined);
    });
    if (clash !== undefined) {
      const other = first.get(clash.name)!.drill.name;
      const message = `'${clash.name}' is in the drill '${other}' already, and has one test machine at a time; give both drills a schedule, or take one out`;
      findings.add("drill-overlap", [...placed.path, placed.key], message);
    }
    for (const { name } of placed.machines) if (!first.has(name)) first.set(name, placed);
  }
}

export function checkDrills(stack: StackDefinition, findings: Findings): void {
  const drills = (stack.drills ?? []).map((drill, index): Placed => ({
    drill,
    path: ["drills", index],
    key: drill.plan === undefined ? "machine" : "plan",
    machines: machinesOfDrill(stack, drill),
  }));
  for (const placed of drills) {
    checkSubject(stack, placed, findings);
    checkSettings(placed, findings);
    checkSide(stack, placed, findings);
    checkNetwork(stack, placed, findings);
  }
  checkOverlaps(drills, findings);
}
