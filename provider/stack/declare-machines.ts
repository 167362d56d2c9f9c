/** Protected machines, recovery plans, drills. */
import type { Declaration } from "./declaration.ts";
import { declarePlans } from "./declare-plans.ts";
import type { StackFile } from "./read-stack.ts";
import { containerOf, siteOf } from "./site-of.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import { logicalNames, StackIds } from "./stack-ids.ts";
import { movingPlanOf } from "./stack-plan.ts";

function protection(stack: StackDefinition, ids: StackIds, machine: StackMachine): object {
  const account = machine.storageAccount ?? stack.azure.storageAccounts[0]!.name;
  return {
    instanceType: "HyperVReplicaAzure",
    targetStorageAccountId: ids.storageAccount(account),
    ...(machine.network === undefined ? {} : { targetAzureNetworkId: ids.network(machine.network) }),
    ...(machine.size === undefined ? {} : { targetVmSize: machine.size }),
    ...(machine.disks === undefined ? {} : { disksToInclude: [...machine.disks] }),
  };
}

function declareMachine(stack: StackDefinition, ids: StackIds, machine: StackMachine): Declaration {
  const site = siteOf(stack, machine.site)!;
  const container = containerOf(stack, machine)!;
  const { allowDisableWhileFailedOver, failover } = machine;
  // A plan that says where its machines run says it for those that don't.
  const isMovedByPlan = movingPlanOf(stack.plans, machine.name) !== undefined;
  const activeLocation = machine.activeLocation ?? (isMovedByPlan ? undefined : "primary");
  return {
    logicalName: logicalNames.machine(machine.name),
    kind: "protected-item",
    inputs: {
      ...ids.inContainer(site, container),
      replicatedProtectedItemName: machine.name,
      properties: {
        policyId: ids.policy(container.policy!),
        protectableItemId: `${ids.container(site, container.name)}/replicationProtectableItems/${machine.name}`,
        providerSpecificDetails: protection(stack, ids, machine),
      },
      ...(activeLocation === undefined ? {} : { activeLocation }),
      ...(failover === undefined ? {} : { failover: { ...failover } }),
      ...(allowDisableWhileFailedOver === undefined ? {} : { allowDisableWhileFailedOver }),
    },
    // The mapping stands last in a site: what a machine needs is in place when the mapping is.
    dependsOn: [logicalNames.containerMapping(site.name, container.name)],
  };
}

function declareDrills(stack: StackDefinition, ids: StackIds): Declaration[] {
  return (stack.drills ?? []).map((drill) => ({
    logicalName: logicalNames.drill(drill.name),
    kind: "drill",
    inputs: {
      ...ids.inVault,
      drillName: drill.name,
      protectedItemId: ids.item((stack.machines ?? []).find((item) => item.name === drill.machine)!),
      networkId: ids.network(drill.network),
      ...(drill.recoveryPoint === undefined ? {} : { recoveryPoint: drill.recoveryPoint }),
    },
    dependsOn: [logicalNames.machine(drill.machine), logicalNames.network(drill.network)],
  }));
}

export function declareMachines(stack: StackFile): Declaration[] {
  const { definition } = stack;
  const ids = new StackIds(definition);
  return [
    ...(definition.machines ?? []).map((machine) => declareMachine(definition, ids, machine)),
    ...declarePlans(stack),
    ...declareDrills(definition, ids),
  ];
}
