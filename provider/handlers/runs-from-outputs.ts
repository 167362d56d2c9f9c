import type { ProtectedItem } from "../model/item.ts";
import { type RunsFrom, runsFrom } from "../model/runs-from.ts";
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

/** The same for the machines of a plan or a cluster: those that run at the recovery side. */
export function runsFromOfAll(items: readonly ProtectedItem[]): { runsFrom?: RunsFromOutputs[] } {
  const all = items.flatMap((item) => runsFrom(item) ?? []);
  return all.length === 0 ? {} : { runsFrom: all.map(runsFromOutputs) };
}
