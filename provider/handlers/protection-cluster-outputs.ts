/** What a protection cluster puts out, in the names and values of Azure's API. */
import { nameOf, parentOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { ClusterView } from "../engine/protection-cluster/clusters.ts";
import {
  type ProtectionClusterInputs,
  protectionClusterKind,
  type ProtectionClusterOutputs,
} from "../kinds/protection-cluster.ts";
import { runsFromOfAll } from "./runs-from-outputs.ts";

type Node = ProtectionClusterOutputs["properties"]["clusterRegisteredNodes"][number];

/** The nodes whose machine, by the name before the first dot, is one of the cluster's. */
function registeredNodes(fqdns: readonly string[], { items }: ClusterView): Node[] {
  return fqdns.flatMap((fqdn) => {
    const host = fqdn.split(".")[0]!.toLowerCase();
    const found = items.find(({ item }) => item.details.machineName.toLowerCase() === host);
    return found ? [{ clusterNodeFqdn: fqdn, machineId: found.item.id }] : [];
  });
}

const azureSides = { primary: "Primary", recovery: "Recovery" } as const;

export async function protectionClusterOutputs(
  engine: Engine,
  id: string,
  inputs: ProtectionClusterInputs,
): Promise<ProtectionClusterOutputs> {
  const view = await engine.clusters.view(inputs);
  const { protectionClusterType = "", clusterFqdn = "", clusterNodeFqdns = [] } = inputs.properties ?? {};
  const nodes = registeredNodes(clusterNodeFqdns, view);
  return {
    name: nameOf(id),
    type: protectionClusterKind.armType,
    activeLocation: view.activeLocation ?? "both",
    ...runsFromOfAll(view.items.map(({ item }) => item)),
    properties: {
      provisioningState: view.items.some(({ item }) => item.state === "EnablingReplication")
        ? "Updating"
        : "Succeeded",
      protectionClusterType,
      clusterFqdn,
      clusterNodeFqdns,
      clusterProtectedItemIds: view.items.map(({ item }) => item.id),
      clusterRegisteredNodes: nodes,
      areAllClusterNodesRegistered: nodes.length === clusterNodeFqdns.length,
      protectionState: view.protectionState,
      protectionStateDescription: view.description,
      activeLocation: view.activeLocation ? azureSides[view.activeLocation] : "Mixed",
      testFailoverState: view.testFailoverState,
      allowedOperations: [...view.allowedOperations],
      replicationHealth: view.replicationHealth,
      policyId: view.policyId,
      policyFriendlyName: nameOf(view.policyId),
      primaryFabricFriendlyName: nameOf(parentOf(parentOf(id))),
      primaryProtectionContainerFriendlyName: nameOf(parentOf(id)),
      recoveryContainerId: view.recoveryContainerId,
      recoveryFabricFriendlyName: view.items[0]!.recoverySideName,
    },
  };
}
