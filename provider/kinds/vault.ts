import type { CommonOutputs, Kind } from "./kind.ts";

export const vaultKind: Kind = {
  kind: "vault",
  className: "Vault",
  title: "vault",
  armType: "Microsoft.RecoveryServices/vaults",
  path: "Microsoft.RecoveryServices/vaults/{vaultName}",
  nameArgument: "vaultName",
  immutable: ["resourceGroupName", "vaultName", "location"],
};

/** Arguments of a Recovery Services vault: the management boundary that everything else lives in. */
export interface VaultInputs {
  resourceGroupName: string;
  /** Defaults to the logical name. */
  vaultName?: string;
  location?: string;
  sku?: { name: string; tier?: string; family?: string; size?: string; capacity?: string };
  tags?: Record<string, string>;
  properties?: VaultProperties;
}

export interface VaultProperties {
  publicNetworkAccess?: string;
  redundancySettings?: { standardTierStorageRedundancy?: string; crossRegionRestore?: string };
  monitoringSettings?: {
    azureMonitorAlertSettings?: {
      alertsForAllJobFailures?: string;
      alertsForAllReplicationIssues?: string;
      alertsForAllFailoverIssues?: string;
    };
    classicAlertSettings?: {
      alertsForCriticalOperations?: string;
      emailNotificationsForSiteRecovery?: string;
    };
  };
}

export interface VaultOutputs extends CommonOutputs {
  properties: VaultProperties & { provisioningState: string };
}
