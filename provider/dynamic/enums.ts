/**
 * Values that arguments take, under the names that `@pulumi/azure-native` has for them. Only those are listed
 * that the engine carries out: the schema refuses the others by name.
 */

/** The SKU of a vault. */
export const SkuName = { Standard: "Standard", RS0: "RS0" } as const;

/** Whether a vault answers on public networks. */
export const PublicNetworkAccess = { Enabled: "Enabled", Disabled: "Disabled" } as const;

/** Redundancy of a vault's own storage. */
export const StandardTierStorageRedundancy = {
  LocallyRedundant: "LocallyRedundant",
  GeoRedundant: "GeoRedundant",
  ZoneRedundant: "ZoneRedundant",
} as const;

/** Whether restores into another region are allowed. */
export const CrossRegionRestore = { Enabled: "Enabled", Disabled: "Disabled" } as const;

/** Whether something raises alerts. */
export const AlertsState = { Enabled: "Enabled", Disabled: "Disabled" } as const;

/** The licence of a protected guest. */
export const LicenseType = {
  NotSpecified: "NotSpecified",
  NoLicenseType: "NoLicenseType",
  WindowsServer: "WindowsServer",
} as const;

/** What a group of a recovery plan is for. */
export const RecoveryPlanGroupType = { Shutdown: "Shutdown", Failover: "Failover", Boot: "Boot" } as const;

/** The side that runs a script of a recovery plan. */
export const RecoveryPlanActionLocation = { Primary: "Primary", Recovery: "Recovery" } as const;

/** The direction in which a step of a recovery plan runs. */
export const PossibleOperationsDirections = {
  PrimaryToRecovery: "PrimaryToRecovery",
  RecoveryToPrimary: "RecoveryToPrimary",
} as const;

/** The failovers that a step of a recovery plan runs in. */
export const ReplicationProtectedItemOperation = {
  PlannedFailover: "PlannedFailover",
  UnplannedFailover: "UnplannedFailover",
  TestFailover: "TestFailover",
} as const;

/** Deployment model of the replica machines of a recovery plan. */
export const FailoverDeploymentModel = {
  NotApplicable: "NotApplicable",
  Classic: "Classic",
  ResourceManager: "ResourceManager",
} as const;
