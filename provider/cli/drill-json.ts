/** Drills in the JSON of commands. */
import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { DrillRun } from "../kinds/drill.ts";
import type { DrillRunJson, StatusJson } from "./json/status.ts";

export type SeenDrill = ReturnType<Engine["drills"]["list"]>[number] & {
  readonly itemIds: readonly string[];
};

export function drillRunJson(run: DrillRun): DrillRunJson {
  return {
    state: run.state,
    startTime: run.startTime,
    endTime: run.endTime,
    error: run.error ?? null,
    rpoSeconds: run.measuredRpoSeconds ?? null,
    rtoSeconds: run.measuredRtoSeconds ?? null,
    machines: run.machines.map(({ machine }) => machine),
  };
}

export function drillJson({ drill, result, itemIds }: SeenDrill): StatusJson["drills"][number] {
  const { recoveryPlanId } = drill.inputs;
  return {
    name: nameOf(drill.id),
    id: drill.id,
    items: itemIds.map(nameOf),
    plan: recoveryPlanId === undefined ? null : nameOf(recoveryPlanId),
    testMachines: (result?.machines ?? []).map(({ testMachineName }) => testMachineName),
    nextRunTime: result?.nextRunTime ?? null,
    lastRun: result?.lastRun ? drillRunJson(result.lastRun) : null,
    lastSuccessTime: result?.lastSuccessTime ?? null,
  };
}
