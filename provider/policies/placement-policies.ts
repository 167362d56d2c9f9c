/** Policies for where things are: process servers, replication groups, the two sides of a replication. */
import { figure } from "../rules/limits.ts";
import { numberOf, type StackPolicy, type Violation } from "./policy.ts";
import { subscriptionlessKey } from "../arm-id.ts";
import { idOf, type SeenResource, textAt } from "./seen-resource.ts";

/** Machines by a setting of theirs; those without it are left out. */
function machinesBy(
  resources: readonly SeenResource[],
  key: (machine: SeenResource) => string | undefined,
): Map<string, SeenResource[]> {
  const groups = new Map<string, SeenResource[]>();
  for (const machine of resources.filter(({ kind }) => kind === "protected-item")) {
    const name = key(machine);
    if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), machine]);
  }
  return groups;
}

const details = "properties.providerSpecificDetails";

export const processServerWithinLimit: StackPolicy = {
  id: "process-server-machines",
  description: "No process server serves more machines than it can.",
  remedy: "Declare another process server, and name it in `processServerId` of some machines.",
  control: "CP-2(2)",
  severity: "high",
  level: "mandatory",
  options: {
    maxMachines: {
      type: "integer",
      minimum: 1,
      default: figure("processServerMachines"),
      description: "Machines that one process server may serve. Azure asks for another one above 200.",
    },
  },
  check: (resources, options) => {
    const most = numberOf(options, "maxMachines");
    const served = machinesBy(resources, ({ inputs }) => {
      const id = textAt(inputs, "processServerId") ?? textAt(inputs, `${details}.processServerId`);
      return id === undefined ? undefined : subscriptionlessKey(id);
    });
    return [...served].flatMap(([id, machines]): Violation[] => {
      if (machines.length <= most) return [];
      const server = resources.find((one) => idOf(one) === id) ?? machines[0]!;
      const name = id.slice(id.lastIndexOf("/") + 1);
      return [
        { urn: server.urn, message: `${name} serves ${machines.length} machines, and ${most} are allowed` },
      ];
    });
  },
};

export const replicationGroupWithinLimit: StackPolicy = {
  id: "replication-group-limit",
  description: "Replication groups are small enough to be brought to one instant.",
  remedy: "Split the group: only machines that need one instant belong together.",
  control: "CP-2(2)",
  severity: "medium",
  level: "mandatory",
  options: {
    maxMachines: {
      type: "integer",
      minimum: 2,
      default: figure("replicationGroupMachines"),
      description: "Machines of a replication group, at most. Azure's limit is 16.",
    },
  },
  check: (resources, options) => {
    const most = numberOf(options, "maxMachines");
    const groups = machinesBy(resources, ({ inputs }) =>
      textAt(inputs, `${details}.multiVmGroupName`)?.toLowerCase(),
    );
    return [...groups.values()].flatMap((machines): Violation[] => {
      if (machines.length <= most) return [];
      const group = textAt(machines[0]!.inputs, `${details}.multiVmGroupName`)!;
      const message = `the replication group ${group} has ${machines.length} machines, and ${most} are allowed`;
      return [{ urn: machines[0]!.urn, message }];
    });
  },
};

/** The fabric's part of an id below it. */
function fabricPart(id: string): string | undefined {
  return /\/replicationfabrics\/[^/]+/.exec(subscriptionlessKey(id))?.[0];
}

/** The region of an Azure fabric, or `undefined` for other fabrics. */
function regionOf(fabrics: readonly SeenResource[], id: string | undefined): string | undefined {
  const fabric = id === undefined ? undefined : fabrics.find((one) => idOf(one) === subscriptionlessKey(id));
  const region = fabric && textAt(fabric.inputs, "properties.customDetails.location");
  return region?.toLowerCase().replaceAll(" ", "");
}

function mappingToItself(resource: SeenResource): Violation[] {
  const target = textAt(resource.inputs, "properties.targetProtectionContainerId");
  const own = idOf(resource);
  if (target === undefined || own === undefined || fabricPart(target) !== fabricPart(own)) return [];
  return [{ urn: resource.urn, message: `${resource.name} replicates into its own site` }];
}

function planWithinOnePlace(plan: SeenResource, fabrics: readonly SeenResource[]): Violation[] {
  const primary = textAt(plan.inputs, "properties.primaryFabricId");
  const recovery = textAt(plan.inputs, "properties.recoveryFabricId");
  if (primary === undefined || recovery === undefined) return [];
  const [one, other] = [regionOf(fabrics, primary), regionOf(fabrics, recovery)];
  const isSame = subscriptionlessKey(primary) === subscriptionlessKey(recovery);
  if (!isSame && (one === undefined || one !== other)) return [];
  const where = isSame ? "one site" : `one region, ${one}`;
  return [{ urn: plan.urn, message: `${plan.name} has its primary and its recovery side in ${where}` }];
}

export const sidesApart: StackPolicy = {
  id: "sides-apart",
  description: "The primary and the recovery side are not in one place.",
  remedy: "Let machines replicate to another site or region: what hits one side must not hit the other.",
  control: "CP-6(1)",
  severity: "critical",
  level: "mandatory",
  options: {},
  check: (resources) => {
    const fabrics = resources.filter(({ kind }) => kind === "fabric");
    return resources.flatMap((resource) => {
      if (resource.kind === "container-mapping") return mappingToItself(resource);
      return resource.kind === "recovery-plan" ? planWithinOnePlace(resource, fabrics) : [];
    });
  },
};
