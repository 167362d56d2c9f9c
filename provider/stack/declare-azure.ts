/** The vault, what there is at the recovery side, and the policies. */
import type { Declaration } from "./declaration.ts";
import type { StackFile } from "./read-stack.ts";
import { logicalNames, StackIds } from "./stack-ids.ts";

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
    ...azure.storageAccounts.map(({ name, sku, tags }): Declaration => ({
      logicalName: logicalNames.storageAccount(name),
      kind: "storage-account",
      inputs: {
        ...ids.inGroup,
        accountName: name,
        kind: "StorageV2",
        sku: { name: sku ?? "Standard_LRS" },
        ...(tags ? { tags } : {}),
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
    ...policies.map(({ name, ...settings }): Declaration => ({
      logicalName: logicalNames.policy(name),
      kind: "policy",
      inputs: {
        ...ids.inVault,
        policyName: name,
        properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", ...settings } },
      },
      dependsOn: [vault.name],
    })),
  ];
}
