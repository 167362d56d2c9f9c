/** Resources for cases of policies, with arguments as programs write them. */
export interface Declared {
  readonly className: string;
  readonly name: string;
  readonly inputs: object;
  /** What live state says; absent: it is about to be made. */
  readonly outputs?: object;
}

export interface Case {
  readonly policy: string;
  readonly title: string;
  readonly declared: readonly Declared[];
  readonly options?: object;
  /** The one thing that is told; absent: nothing. */
  readonly told?: RegExp;
  /** Words of the only doors that it is for. */
  readonly only?: string;
}

const inVault = { resourceGroupName: "dr", resourceName: "vault" };
const vaultId = "/subscriptions/1/resourceGroups/DR/providers/Microsoft.RecoveryServices/vaults/vault";
export const fabricId = (name: string): string => `${vaultId}/replicationFabrics/${name}`;
export const containerId = (fabric: string): string =>
  `${fabricId(fabric)}/replicationProtectionContainers/${fabric}`;
export const itemId = (name: string, fabric = "london"): string =>
  `${containerId(fabric)}/replicationProtectedItems/${name}`;

export function policy(settings: object): Declared {
  const inputs = { ...inVault, policyName: "five", properties: { providerSpecificInput: settings } };
  return { className: "ReplicationPolicy", name: "five", inputs };
}

export function machine(name: string, settings: object = {}, fabric = "london", outputs?: object): Declared {
  const inputs = {
    ...inVault,
    fabricName: fabric,
    protectionContainerName: fabric,
    replicatedProtectedItemName: name,
    properties: {
      policyId: `${vaultId}/replicationPolicies/five`,
      providerSpecificDetails: { instanceType: "HyperVReplicaAzure", ...settings },
    },
  };
  const made = outputs && { ...inputs, type: "item", ...outputs };
  const declared = { className: "ReplicationProtectedItem", name: `machine/${name}`, inputs };
  return made ? { ...declared, outputs: made } : declared;
}

export function plan(members: readonly string[], more: object = {}, outputs?: object): Declared {
  const inputs = {
    ...inVault,
    recoveryPlanName: "shop",
    properties: {
      primaryFabricId: fabricId("london"),
      recoveryFabricId: "Microsoft Azure",
      groups: [{ groupType: "Boot", replicationProtectedItems: members.map((id) => ({ id })) }],
      ...more,
    },
  };
  const made = outputs && { name: "shop", type: "plan", properties: { ...inputs.properties, ...outputs } };
  return { className: "ReplicationRecoveryPlan", name: "shop", inputs, ...(made ? { outputs: made } : {}) };
}

export function fabric(name: string, location?: string): Declared {
  const properties = location === undefined ? {} : { customDetails: { instanceType: "Azure", location } };
  return { className: "ReplicationFabric", name, inputs: { ...inVault, fabricName: name, properties } };
}

export function mapping(from: string, to: string): Declared {
  const inputs = {
    ...inVault,
    fabricName: from,
    protectionContainerName: from,
    mappingName: "map",
    properties: { targetProtectionContainerId: to },
  };
  return { className: "ReplicationProtectionContainerMapping", name: "map", inputs };
}

export const hyperV = { instanceType: "HyperVReplicaAzure" };
export const vmware = { instanceType: "InMageAzureV2", multiVmSyncStatus: "Enable" };
export const crowd = (count: number, settings: object): Declared[] =>
  Array.from({ length: count }, (_, index) => machine(`m${index}`, settings));
export const processServerId = `${fabricId("london")}/replicationProcessServers/ps1`;
