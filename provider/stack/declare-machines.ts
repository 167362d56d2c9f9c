/** Protected machines, recovery plans, drills. */
import { microsoftAzure } from "../kinds/kind.ts";
import type { Declaration } from "./declaration.ts";
import { kindOf } from "./site-parts.ts";
import type { StackFile } from "./stack-file.ts";
import { protectionOf } from "./declare-protection.ts";
import { containerOf, siteOf, targetSiteOf } from "./site-of.ts";
import type { StackDefinition, StackMachine, StackPlan } from "./stack-definition.ts";
import { logicalNames, StackIds } from "./stack-ids.ts";

function declareMachine(stack: StackDefinition, ids: StackIds, machine: StackMachine): Declaration {
  const site = siteOf(stack, machine.site)!;
  const container = containerOf(stack, machine)!;
  const settings = protectionOf(stack, ids, machine);
  const isVmware = kindOf(site) === "vmware";
  const { allowDisableWhileFailedOver, failover } = machine;
  return {
    logicalName: logicalNames.machine(machine.name),
    kind: "protected-item",
    inputs: {
      ...ids.inContainer(site, container),
      replicatedProtectedItemName: machine.name,
      properties: {
        policyId: ids.policy(container.policy!),
        protectableItemId: `${ids.container(site, container.name)}/replicationProtectableItems/${machine.name}`,
        ...(settings === undefined ? {} : { providerSpecificDetails: settings }),
      },
      activeLocation: machine.activeLocation ?? "primary",
      // The only failover that a machine of a VMware site has (V2F-1) need not be said.
      ...(isVmware ? { failover: { kind: "unplanned", ...failover } } : {}),
      ...(!isVmware && failover !== undefined ? { failover: { ...failover } } : {}),
      ...(allowDisableWhileFailedOver === undefined ? {} : { allowDisableWhileFailedOver }),
    },
    // The mapping stands last in a site: what a machine needs is in place when the mapping is.
    dependsOn: [logicalNames.containerMapping(site.name, container.name)],
  };
}

/** The recovery side of a plan: that of its machines, which have one. */
function recoveryFabricOf(stack: StackDefinition, ids: StackIds, plan: StackPlan): string {
  const first = (stack.machines ?? []).find(({ name }) => name === plan.groups[0]![0])!;
  const target = targetSiteOf(stack, first);
  return target === undefined ? microsoftAzure : ids.fabric(ids.siteNamed(target));
}

function declarePlans(stack: StackDefinition, ids: StackIds): Declaration[] {
  const itemId = (name: string): string =>
    ids.item((stack.machines ?? []).find((item) => item.name === name)!);
  return (stack.plans ?? []).map((plan) => ({
    logicalName: logicalNames.plan(plan.name),
    kind: "recovery-plan",
    inputs: {
      ...ids.inVault,
      recoveryPlanName: plan.name,
      properties: {
        primaryFabricId: ids.fabric(siteOf(stack, plan.site)!),
        recoveryFabricId: recoveryFabricOf(stack, ids, plan),
        failoverDeploymentModel: "ResourceManager",
        groups: plan.groups.map((group) => ({
          groupType: "Boot",
          replicationProtectedItems: group.map((name) => ({ id: itemId(name), virtualMachineId: name })),
        })),
      },
    },
    dependsOn: plan.groups.flat().map(logicalNames.machine),
  }));
}

function declareDrills(stack: StackDefinition, ids: StackIds): Declaration[] {
  return (stack.drills ?? []).map((drill) => {
    const machine = (stack.machines ?? []).find(({ name }) => name === drill.machine)!;
    const target = targetSiteOf(stack, machine);
    const networkId =
      target === undefined ? ids.network(drill.network) : ids.vmNetwork(ids.siteNamed(target), drill.network);
    const network =
      target === undefined
        ? logicalNames.network(drill.network)
        : logicalNames.vmNetwork(target, drill.network);
    return {
      logicalName: logicalNames.drill(drill.name),
      kind: "drill",
      inputs: {
        ...ids.inVault,
        drillName: drill.name,
        protectedItemId: ids.item(machine),
        networkId,
        ...(drill.recoveryPoint === undefined ? {} : { recoveryPoint: drill.recoveryPoint }),
      },
      dependsOn: [logicalNames.machine(drill.machine), network],
    };
  });
}

export function declareMachines({ definition }: StackFile): Declaration[] {
  const ids = new StackIds(definition);
  return [
    ...(definition.machines ?? []).map((machine) => declareMachine(definition, ids, machine)),
    ...declarePlans(definition, ids),
    ...declareDrills(definition, ids),
  ];
}
