/** The vault, what there is at the recovery side, and the policies. */
import type { PolicyInputs, PolicySettings } from "../kinds/policy.ts";
import type { Declaration } from "./declaration.ts";
import type { StackFile } from "./stack-file.ts";
import type { StackPolicy } from "./stack-definition.ts";
import { logicalNames, StackIds } from "./stack-ids.ts";

/** Machines of VMware sites may form replication groups unless the policy says otherwise. */
export function policyInputs(ids: StackIds, { name, officeHours, ...settings }: StackPolicy): PolicyInputs {
  const { instanceType = "HyperVReplicaAzure" } = settings;
  const given = { instanceType, ...settings };
  const isVmware = instanceType === "InMageAzureV2" || instanceType === "InMage";
  return {
    ...ids.inVault,
    policyName: name,
    properties: {
      providerSpecificInput: (isVmware
        ? { multiVmSyncStatus: "Enable", ...given }
        : given) as unknown as PolicySettings,
    },
    ...(officeHours ? { officeHours } : {}),
  };
}

export function declareAzure({ definition }: StackFile): Declaration[] {
  const ids = new StackIds(definition);
  const { vault, azure, policies } = definition;
  return [
    {
      logicalName: vault.name,
      kind: "vault",
      inputs: { ...ids.inGroup, vaultName: vault.name, ...(vault.tags ? { tags: vault.tags } : {}) },
      dependsOn: [],
    },
    ...azure.storageAccounts.map(({ name, sku, tags, ...place }): Declaration => ({
      logicalName: logicalNames.storageAccount(name),
      kind: "storage-account",
      inputs: {
        ...ids.inGroup,
        accountName: name,
        kind: "StorageV2",
        sku: { name: sku ?? "Standard_LRS" },
        ...(tags ? { tags } : {}),
        ...place,
      },
      dependsOn: [],
    })),
    ...azure.networks.map(({ name, addressSpace, subnets, tags }): Declaration => ({
      logicalName: logicalNames.network(name),
      kind: "virtual-network",
      inputs: {
        ...ids.inGroup,
        virtualNetworkName: name,
        ...(addressSpace ? { addressSpace: { addressPrefixes: [...addressSpace] } } : {}),
        ...(subnets ? { subnets: subnets.map((subnet) => ({ ...subnet })) } : {}),
        ...(tags ? { tags } : {}),
      },
      dependsOn: [],
    })),
    ...policies.map((policy): Declaration => ({
      logicalName: logicalNames.policy(policy.name),
      kind: "policy",
      inputs: policyInputs(ids, policy),
      dependsOn: [vault.name],
    })),
  ];
}
