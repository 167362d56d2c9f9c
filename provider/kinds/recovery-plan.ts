import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";
import type { ActiveLocation, FailoverSettings } from "./protected-item.ts";
import type { RunsFromOutputs } from "./runs-from.ts";

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
    | {
        instanceType: "ScriptActionDetails";
        /** A file that is executed as it is; relative paths count from the project's folder. */
        path: string;
        /** An ISO 8601 duration such as `PT5M`, or a number of seconds. Default `PT30M`. */
        timeout?: string;
        fabricLocation: string;
      }
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
  /** Beyond Azure: where the plan's machines should run. A change of it declares a failover or failback of them. */
  activeLocation?: ActiveLocation;
  /** Beyond Azure: how a change of `activeLocation` is carried out. */
  failover?: FailoverSettings;
}

export interface RecoveryPlanOutputs extends CommonOutputs {
  /** Where the plan's machines really run; `both` while they are not all at one side. */
  activeLocation: ActiveLocation | "both";
  /** From which recovery points the machines at the recovery side run, and where; absent while none does. */
  runsFrom?: RunsFromOutputs[];
  properties: {
    friendlyName: string;
    primaryFabricId: string;
    recoveryFabricId: string;
    failoverDeploymentModel: string;
    replicationProviders: string[];
    allowedOperations: string[];
    /** The newest run: Azure's name of it, and the job behind it. */
    currentScenario?: { scenarioName: string; jobId: string; startTime: string };
    currentScenarioStatus: string;
    currentScenarioStatusDescription: string;
    lastPlannedFailoverTime?: string;
    lastUnplannedFailoverTime?: string;
    lastTestFailoverTime?: string;
    groups: RecoveryPlanGroup[];
  };
}
