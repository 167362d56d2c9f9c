import type { RunsFrom } from "../engine/protected-item/runs-from.ts";
import type { RunsFromOutputs } from "../kinds/runs-from.ts";

/** What a machine runs from, as outputs and the JSON of commands have it: times in ISO 8601, unknown facts left out. */
export function runsFromOutputs(from: RunsFrom): RunsFromOutputs {
  const { machine, folder, disks, pointId, pointTakenAt, pointKind, dataAgeSeconds } = from;
  return {
    machine,
    folder,
    disks: [...disks],
    recoveryPoint: {
      id: pointId,
      time: new Date(pointTakenAt).toISOString(),
      ...(pointKind === undefined ? {} : { kind: pointKind }),
    },
    ...(dataAgeSeconds === undefined ? {} : { dataAgeSeconds }),
  };
}
