/** What a drill measured, as long as its test machines are there. */
import { nameOf } from "../../arm-id.ts";
import type { DrillMachine } from "../../kinds/drill.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { runsFromOf } from "../../model/runs-from.ts";
import { type Drill, subjectOf, testedItems } from "./drill-subject.ts";

export interface Measured {
  readonly measuredRpoSeconds?: number;
  readonly measuredRtoSeconds?: number;
  readonly machines: DrillMachine[];
}

function machineOf({ id, details }: ProtectedItem): DrillMachine {
  const machine = details.testMachine!;
  const { pointKind } = runsFromOf(machine, details);
  return {
    machine: nameOf(id),
    testMachineName: machine.name,
    recoveryPointId: machine.pointId,
    recoveryPointTime: new Date(machine.pointTakenAt).toISOString(),
    ...(pointKind === undefined ? {} : { recoveryPointKind: pointKind }),
    measuredRpoSeconds: machine.measuredRpoSeconds,
    measuredRtoSeconds: machine.measuredRtoSeconds,
    evidence: machine.evidence.map((disk) => ({ ...disk })),
  };
}

/** The oldest data and the latest machine count for a plan as a whole. */
export function measured(parts: EngineParts, drill: Drill): Measured {
  const machines = testedItems(parts, drill).map(machineOf);
  if (machines.length === 0) return { machines };
  const { kind, subjectId } = subjectOf(drill);
  return {
    measuredRpoSeconds: Math.max(...machines.map(({ measuredRpoSeconds }) => measuredRpoSeconds)),
    measuredRtoSeconds:
      kind.rtoSeconds(parts, subjectId) ??
      Math.max(...machines.map(({ measuredRtoSeconds }) => measuredRtoSeconds)),
    machines,
  };
}
