/** Protection clusters: their machines, which are of one container, and that a machine's side is said once. */
import { figure } from "../rules/limits.ts";
import { checkSides, type Named } from "./check-sides.ts";
import type { Findings } from "./findings.ts";
import { containerOf, siteOf } from "./site-of.ts";
import type { StackCluster } from "./stack-cluster.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";

/** The container of a machine in words, which tell it from all others, or `undefined` if it is not known. */
function placeOf(stack: StackDefinition, machine: StackMachine): string | undefined {
  const [site, container] = [siteOf(stack, machine.site), containerOf(stack, machine)];
  if (!site || !container) return undefined;
  // Sites without clouds have one container, of their own name.
  return site.clouds === undefined ? `the site ${site.name}` : `the cloud ${container.name} of ${site.name}`;
}

function checkMachines(
  stack: StackDefinition,
  machines: ReadonlyMap<string, StackMachine>,
  items: readonly Named[],
  findings: Findings,
): void {
  let first: { name: string; place: string } | undefined;
  for (const { name, path } of items) {
    const machine = machines.get(name);
    if (!machine)
      findings.requireName("cluster-unknown-machine", path, name, "machine", [...machines.keys()]);
    const place = machine && placeOf(stack, machine);
    if (machine?.group !== undefined) {
      const message = `'${name}' is in the replication group '${machine.group}'; machines share their points in a group or in a cluster`;
      findings.add("cluster-machine-group", path, message);
    }
    if (place === undefined) continue;
    first ??= { name, place };
    if (place === first.place) continue;
    const message = `'${name}' is in ${place}, and '${first.name}' in ${first.place}; the machines of a cluster are in one`;
    findings.add("cluster-mixed-containers", path, message);
  }
}

function checkSize({ machines }: StackCluster, index: number, findings: Findings): void {
  const most = figure("replicationGroupMachines");
  if (machines.length <= most) return;
  const message = `has ${machines.length} machines; it shares its points as a replication group does, which has at most ${most}`;
  findings.add("replication-group-limit", ["clusters", index, "machines"], message);
}

export function checkClusters(stack: StackDefinition, findings: Findings): void {
  const clusters = stack.clusters ?? [];
  const machines = new Map((stack.machines ?? []).map((machine) => [machine.name, machine]));
  const all = clusters.map((cluster, index) =>
    cluster.machines.map((name, place): Named => ({ path: ["clusters", index, "machines", place], name })),
  );
  for (const [index, cluster] of clusters.entries()) {
    checkMachines(stack, machines, all[index]!, findings);
    checkSides(stack, { what: "cluster", ...cluster }, all[index]!, findings);
    checkSize(cluster, index, findings);
  }
  findings.requireUnique(all.flat(), "machine of a cluster");
}
