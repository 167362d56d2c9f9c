/** Protected machines, what moves several of them together, drills. */
import { machinesOfDrill } from "./check-drills.ts";
import type { Declaration } from "./declaration.ts";
import { declarePlans } from "./declare-plans.ts";
import { protectionOf } from "./declare-protection.ts";
import { declareClusters } from "./declare-clusters.ts";
import { declareMigrations } from "./declare-migrations.ts";
import { moverOf } from "./mover-of.ts";
import { containerOf, siteOf, targetSiteOf } from "./site-of.ts";
import { kindOf } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import type { StackFile } from "./stack-file.ts";
import { logicalNames, StackIds } from "./stack-ids.ts";

function declareMachine(stack: StackDefinition, ids: StackIds, machine: StackMachine): Declaration {
  const site = siteOf(stack, machine.site)!;
  const container = containerOf(stack, machine)!;
  const settings = protectionOf(stack, ids, machine);
  const isVmware = kindOf(site) === "vmware";
  const { allowDisableWhileFailedOver, allowReplicaDeletion, failover, processServer } = machine;
  // A plan or cluster that says where its machines run says it for those that don't.
  const isMoved = moverOf(stack, machine.name) !== undefined;
  // Azure has no such property: there it exists only where the user wrote it, and is refused.
  const isForAzure = stack.target === "azure";
  const activeLocation = machine.activeLocation ?? (isMoved || isForAzure ? undefined : "primary");
  const itemName = (isForAzure ? machine.protectableItem : undefined) ?? machine.name;
  return {
    logicalName: logicalNames.machine(machine.name),
    kind: "protected-item",
    inputs: {
      ...ids.inContainer(site, container),
      replicatedProtectedItemName: machine.name,
      properties: {
        policyId: ids.policy(container.policy!),
        protectableItemId: `${ids.container(site, container.name)}/replicationProtectableItems/${itemName}`,
        ...(settings === undefined ? {} : { providerSpecificDetails: settings }),
      },
      ...(activeLocation === undefined ? {} : { activeLocation }),
      // The only failover that a machine of a VMware site has (V2F-1) need not be said.
      ...(isVmware && !isForAzure ? { failover: { kind: "unplanned", ...failover } } : {}),
      ...((!isVmware || isForAzure) && failover !== undefined ? { failover: { ...failover } } : {}),
      // Machines of VMware sites name it in their settings, as in Azure.
      ...(isVmware || processServer === undefined
        ? {}
        : { processServerId: ids.processServer(site, processServer) }),
      ...(allowDisableWhileFailedOver === undefined ? {} : { allowDisableWhileFailedOver }),
      ...(allowReplicaDeletion === undefined ? {} : { allowReplicaDeletion }),
    },
    // The mapping is last in a site: what a machine needs is in place when the mapping is.
    dependsOn: [logicalNames.containerMapping(site.name, container.name)],
  };
}

function declareDrills(stack: StackDefinition, ids: StackIds): Declaration[] {
  return (stack.drills ?? []).map((drill) => {
    const machines = machinesOfDrill(stack, drill);
    const machine = machines[0]!;
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
        ...(drill.plan === undefined
          ? { protectedItemId: ids.item(machine) }
          : { recoveryPlanId: ids.plan(drill.plan) }),
        networkId,
        ...(drill.recoveryPoint === undefined ? {} : { recoveryPoint: drill.recoveryPoint }),
        ...(drill.schedule === undefined ? {} : { schedule: drill.schedule }),
      },
      dependsOn: [
        ...(drill.plan === undefined ? [] : [logicalNames.plan(drill.plan)]),
        ...machines.map(({ name }) => logicalNames.machine(name)),
        network,
      ],
    };
  });
}

export function declareMachines(stack: StackFile): Declaration[] {
  const { definition } = stack;
  const ids = new StackIds(definition);
  return [
    ...(definition.machines ?? []).map((machine) => declareMachine(definition, ids, machine)),
    ...declareMigrations(definition, ids),
    ...declareClusters(definition, ids),
    ...declarePlans(stack),
    ...declareDrills(definition, ids),
  ];
}
