/** A template as Azure exports it: a Hyper-V site that replicates to Azure (S3). */
const asr = "Microsoft.RecoveryServices/vaults";
const inSite = "concat(parameters('vaults_dr_vault_name'), '/london/";

export const hyperVTemplate = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  parameters: {
    vaults_dr_vault_name: { defaultValue: "dr-vault", type: "String" },
    storageAccounts_drreplicas_name: { defaultValue: "drreplicas", type: "String" },
  },
  variables: { siteName: "[concat(parameters('vaults_dr_vault_name'), '/london')]" },
  resources: [
    {
      type: asr,
      apiVersion: "2024-10-01",
      name: "[parameters('vaults_dr_vault_name')]",
      location: "westeurope",
      properties: {},
    },
    {
      type: "Microsoft.Storage/storageAccounts",
      name: "[parameters('storageAccounts_drreplicas_name')]",
      location: "westeurope",
      sku: { name: "Standard_LRS", tier: "Standard" },
      kind: "StorageV2",
    },
    {
      type: "Microsoft.Network/virtualNetworks",
      name: "net",
      location: "westeurope",
      properties: {
        addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
        subnets: [{ name: "apps", properties: { addressPrefix: "10.0.1.0/24" } }],
      },
    },
    { type: "Microsoft.Insights/actionGroups", name: "alerts", properties: {} },
    {
      type: `${asr}/replicationPolicies`,
      name: "[format('{0}/{1}', parameters('vaults_dr_vault_name'), 'five')]",
      properties: {
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          recoveryPointHistoryDurationInHours: 24,
          replicationInterval: 300,
        },
      },
    },
    {
      type: `${asr}/replicationFabrics`,
      name: "[variables('siteName')]",
      properties: { customDetails: { instanceType: "HyperVSite" } },
      resources: [
        {
          type: "replicationRecoveryServicesProviders",
          name: "hv1",
          properties: { machineName: "hv1" },
        },
      ],
    },
    {
      type: `${asr}/replicationFabrics/replicationProtectionContainers`,
      name: `[${inSite}london')]`,
      properties: {},
    },
    {
      type: `${asr}/replicationFabrics/replicationProtectionContainers/replicationProtectionContainerMappings`,
      name: `[${inSite}london/london-to-azure')]`,
      properties: {
        policyId: `[resourceId('${asr}/replicationPolicies', parameters('vaults_dr_vault_name'), 'five')]`,
        targetProtectionContainerId: "Microsoft Azure",
      },
    },
    {
      type: `${asr}/replicationFabrics/replicationNetworks/replicationNetworkMappings`,
      name: `[${inSite}production/production-to-net')]`,
      properties: {
        recoveryFabricName: "Microsoft Azure",
        recoveryNetworkId: "[resourceId('Microsoft.Network/virtualNetworks', 'net')]",
      },
    },
    {
      type: `${asr}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems`,
      name: `[${inSite}london/web1')]`,
      properties: {
        policyId: `[resourceId('${asr}/replicationPolicies', parameters('vaults_dr_vault_name'), 'five')]`,
        protectableItemId: "[concat(resourceGroup().name, '/replicationProtectableItems/web1')]",
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          recoveryAzureStorageAccount:
            "[resourceId('Microsoft.Storage/storageAccounts', parameters('storageAccounts_drreplicas_name'))]",
        },
      },
    },
  ],
};
