import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const recoveryPlanKind: Kind = {
  kind: "recovery-plan",
  className: "ReplicationRecoveryPlan",
  title: "recovery plan",
  armType: "Microsoft.RecoveryServices/vaults/replicationRecoveryPlans",
  path: "Microsoft.RecoveryServices/vaults/{resourceName}/replicationRecoveryPlans/{recoveryPlanName}",
  nameArgument: "recoveryPlanName",
  immutable: [
    "resourceGroupName",
    "resourceName",
    "recoveryPlanName",
    "properties.primaryFabricId",
    "properties.recoveryFabricId",
    "properties.failoverDeploymentModel",
  ],
};

export interface RecoveryPlanAction {
  actionName: string;
  failoverTypes: string[];
  failoverDirections: string[];
  customDetails:
    | { instanceType: "ScriptActionDetails"; path: string; timeout?: string; fabricLocation: string }
    | { instanceType: "ManualActionDetails"; description?: string };
}

export interface RecoveryPlanGroup {
  /** `Shutdown`, `Failover` or `Boot`. Boot groups start their machines in the order given. */
  groupType: string;
  replicationProtectedItems?: { id?: string; virtualMachineId?: string }[];
  startGroupActions?: RecoveryPlanAction[];
  endGroupActions?: RecoveryPlanAction[];
}

export interface RecoveryPlanInputs extends VaultScope {
  /** Defaults to the logical name. */
  recoveryPlanName?: string;
  properties: {
    primaryFabricId: string;
    /** A fabric's ARM id, or the literal `Microsoft Azure`. */
    recoveryFabricId: string;
    failoverDeploymentModel?: string;
    /** In order. The engine adds empty Shutdown and Failover groups in front, as Azure does. */
    groups: RecoveryPlanGroup[];
  };
}

export interface RecoveryPlanOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    primaryFabricId: string;
    recoveryFabricId: string;
    failoverDeploymentModel: string;
    replicationProviders: string[];
    allowedOperations: string[];
    groups: RecoveryPlanGroup[];
  };
}
