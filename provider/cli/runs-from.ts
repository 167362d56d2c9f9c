/** From which recovery point a machine runs, how old its data was, and where its disks are: for people and for scripts. */
import type { RunsFrom } from "../model/runs-from.ts";
import { runsFromOutputs } from "../handlers/runs-from-outputs.ts";
import { formatIndented } from "./format.ts";
import { formatSeconds } from "../format-seconds.ts";
import type { RunsFromJson } from "./json/machine.ts";
import { isoTime } from "./times.ts";

export function runsFromJson(from: RunsFrom | undefined): RunsFromJson | null {
  if (from === undefined) return null;
  const { recoveryPoint, ...facts } = runsFromOutputs(from);
  return { dataAgeSeconds: null, ...facts, recoveryPoint: { kind: null, ...recoveryPoint } };
}

/** A line each for point and disks, broken between words on a terminal; without an end of line. */
export function runsFromText({ disks, pointId, pointTakenAt, pointKind, dataAgeSeconds }: RunsFrom): string {
  const kind = pointKind === undefined ? "" : ` (${pointKind})`;
  const age = dataAgeSeconds === undefined ? "" : `; its data was ${formatSeconds(dataAgeSeconds)} old then`;
  const lines = [
    `  from recovery point ${pointId} of ${isoTime(pointTakenAt)}${kind}${age}`,
    `  disks: ${disks.join(", ")}`,
  ];
  return lines.map((line) => formatIndented(line, process.stdout.columns || Infinity)).join("\n");
}
