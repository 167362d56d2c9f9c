/** What a recovery plan puts out, in the names and values of Azure's API. */
import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { flows } from "../model/flows.ts";
import type { PlanOperationName, PlanView } from "../engine/recovery-plan/recovery-plans.ts";
import {
  type RecoveryPlanInputs,
  recoveryPlanKind,
  type RecoveryPlanOutputs,
} from "../kinds/recovery-plan.ts";
import { runsFromOfAll } from "./runs-from-outputs.ts";

type Properties = RecoveryPlanOutputs["properties"];
type Scenario = Pick<
  Properties,
  "currentScenario" | "currentScenarioStatus" | "currentScenarioStatusDescription"
>;

/** A test that waits for its clean-up is a run that is suspended, as Azure has it. */
function scenarioOf({ lastJob, allowedOperations }: PlanView): Scenario {
  if (!lastJob) return { currentScenarioStatus: "", currentScenarioStatusDescription: "" };
  const { id, scenario, startedAt, state, tasks } = lastJob;
  const waitsForCleanUp = scenario === "TestFailover" && allowedOperations.includes("TestFailoverCleanup");
  const waitsFor = tasks.find((task) => task.state === "Suspended");
  return {
    currentScenario: {
      scenarioName: scenario,
      jobId: id,
      startTime: new Date(startedAt).toISOString(),
    },
    currentScenarioStatus: state === "Succeeded" && waitsForCleanUp ? "Suspended" : state,
    currentScenarioStatusDescription: waitsForCleanUp
      ? "WaitingForStopTestFailover"
      : waitsFor
        ? `WaitingForManualAction: ${waitsFor.name}`
        : (lastJob.error?.message ?? ""),
  };
}

function lastTimes({ lastEndedAt }: PlanView): Partial<Properties> {
  const at = (operation: PlanOperationName): string | undefined => {
    const endedAt = lastEndedAt[operation];
    return endedAt === undefined ? undefined : new Date(endedAt).toISOString();
  };
  const times = {
    lastPlannedFailoverTime: at("PlannedFailover"),
    lastUnplannedFailoverTime: at("UnplannedFailover"),
    lastTestFailoverTime: at("TestFailover"),
  };
  return Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined));
}

export function recoveryPlanOutputs(
  engine: Engine,
  id: string,
  inputs: RecoveryPlanInputs,
): RecoveryPlanOutputs {
  const view = engine.plans.view(id, inputs);
  const { primaryFabricId, recoveryFabricId, failoverDeploymentModel } = inputs.properties;
  return {
    name: nameOf(id),
    type: recoveryPlanKind.armType,
    activeLocation: view.activeLocation ?? (view.items.length === 0 ? "primary" : "both"),
    ...runsFromOfAll(view.items),
    properties: {
      friendlyName: nameOf(id),
      primaryFabricId,
      recoveryFabricId,
      failoverDeploymentModel: failoverDeploymentModel ?? "ResourceManager",
      replicationProviders: [...new Set(view.items.map(({ details }) => flows[details.flow].instanceType))],
      allowedOperations: [...view.allowedOperations],
      ...scenarioOf(view),
      ...lastTimes(view),
      groups: engine.plans.completeGroups(inputs),
    },
  };
}
