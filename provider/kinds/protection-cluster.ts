import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";
import { type ActiveLocation, type FailoverSettings, protectedItemKind } from "./protected-item.ts";
import type { RunsFromOutputs } from "./runs-from.ts";

export const protectionClusterKind: Kind = {
  kind: "protection-cluster",
  className: "ReplicationProtectionCluster",
  title: "protection cluster",
  armType: protectedItemKind.armType.replace(/[^/]+$/, "replicationProtectionClusters"),
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationProtectionContainers/{protectionContainerName}" +
    "/replicationProtectionClusters/{replicationProtectionClusterName}",
  nameArgument: "replicationProtectionClusterName",
  immutable: [
    "resourceGroupName",
    "resourceName",
    "fabricName",
    "protectionContainerName",
    "replicationProtectionClusterName",
    "properties.protectionClusterType",
  ],
};

export interface ProtectionClusterInputs extends VaultScope {
  fabricName: string;
  protectionContainerName: string;
  /** Defaults to the logical name. */
  replicationProtectionClusterName?: string;
  properties?: {
    /** What makes the machines one, such as `WindowsServerFailoverCluster`; a word of the user's own. */
    protectionClusterType?: string;
    /** The name that the cluster itself answers to. */
    clusterFqdn?: string;
    /** Names of the cluster's nodes; the part before the first dot is a machine's name. */
    clusterNodeFqdns?: string[];
    /** ARM ids of the protected items that are one unit: they take their recovery points at one instant. */
    clusterProtectedItemIds?: string[];
    /** ARM id of the policy that all of them follow; absent: whichever they have in common. */
    policyId?: string;
    /** The container that they fail over to, as their container mapping says; absent: taken from there. */
    recoveryContainerId?: string;
  };
  /** Beyond Azure: where the cluster should run. A change of it declares a failover or failback of all its machines. */
  activeLocation?: ActiveLocation;
  /** Beyond Azure: how a change of `activeLocation` is carried out. */
  failover?: FailoverSettings;
}

export interface ProtectionClusterOutputs extends CommonOutputs {
  /** Where the cluster's machines really run; `both` while they are not all at one side. */
  activeLocation: ActiveLocation | "both";
  /** From which recovery points the machines at the recovery side run, and where; absent while none does. */
  runsFrom?: RunsFromOutputs[];
  properties: {
    /** `Succeeded`, or `Updating` until all of its machines are protected for the first time. */
    provisioningState: string;
    protectionClusterType: string;
    clusterFqdn: string;
    clusterNodeFqdns: string[];
    clusterProtectedItemIds: string[];
    /** The nodes that have a protected machine. */
    clusterRegisteredNodes: {
      clusterNodeFqdn: string;
      /** ARM id of the protected item that the node is. */
      machineId: string;
    }[];
    areAllClusterNodesRegistered: boolean;
    /** The machines' state if they agree, otherwise the state of those that keep the cluster from being protected. */
    protectionState: string;
    protectionStateDescription: string;
    /** `Primary` or `Recovery`; `Mixed` while its machines are not all at one side. */
    activeLocation: string;
    testFailoverState: string;
    /** What all of its machines may do now. */
    allowedOperations: string[];
    /** The worst of its machines'. */
    replicationHealth: string;
    policyId: string;
    policyFriendlyName: string;
    primaryFabricFriendlyName: string;
    primaryProtectionContainerFriendlyName: string;
    recoveryContainerId: string;
    recoveryFabricFriendlyName: string;
  };
}
