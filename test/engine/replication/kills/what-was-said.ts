/** What a killed process had said, done again in memory: what must be on disk now, and what may be. */
import type { Orders, Saying } from "./machine.ts";
import type { Phase } from "./phases.ts";
import { stepsOf, type Step, type WriteStep } from "./steps.ts";

/** The machine as it must be. A recovery point is the bytes of each disk. */
export interface Known {
  disks: Buffer[];
  /** In the order in which they were made. */
  readonly points: Map<string, readonly Buffer[]>;
  key: number;
  /** Whether a cycle has completed its snapshot: from then on the changes alone are enough. */
  isTracked: boolean;
  /** What the restored image holds; undefined: there is none. */
  restored: Buffer | undefined;
}

/** What had begun and was not acknowledged: each may have happened in full, in part, or not at all. */
export interface Pending {
  phase: Phase;
  write?: WriteStep;
  /** The disks at the snapshot of a cycle that was under way. */
  cycle?: readonly Buffer[];
  /** The recovery points that a retention under way was to keep. */
  kept?: readonly string[];
  rotation?: true;
  restore?: Buffer;
  /** An attached disk: the point, acknowledged writes and the one after them. */
  attached?: { disk: number; bytes: Buffer; pointId: string; next: WriteStep | undefined };
}

interface Open {
  readonly step: Step;
  readonly pointId: string | undefined;
  readonly kept: readonly string[] | undefined;
  snapshot?: readonly Buffer[];
  written: number;
}

/** Brings `known` to what the process had acknowledged; returns what else may have happened. */
export function replay(orders: Orders, sayings: readonly Saying[], known: Known): Pending {
  const steps: Step[] = [];
  const source = stepsOf(orders.seed, orders.machine.diskSizes, orders.aim);
  const open = new Map<number, Open>();
  let phase: Phase = "starting";
  for (const saying of sayings) {
    if (saying.says === "phase") {
      phase = saying.phase;
      continue;
    }
    while (steps.length <= saying.step) steps.push(source.next().value);
    if (saying.says === "begun") {
      const { pointId, kept } = saying;
      open.set(saying.step, { step: steps[saying.step]!, pointId, kept, written: 0 });
      continue;
    }
    const begun = open.get(saying.step);
    if (begun === undefined) throw new Error(`step ${saying.step} was said to go on before it had begun`);
    if (saying.says === "taken") begun.snapshot = known.disks.map((disk) => Buffer.from(disk));
    else if (saying.says === "written") begun.written += 1;
    else if (saying.says === "done") {
      acknowledge(begun, saying.pointId, known, open);
      open.delete(saying.step);
    }
  }
  return pendingOf(phase, [...open.values()], known);
}

/**
 * What a recovery point holds. One that nobody has heard of is the newest: its cycle has made it, and was cut short, or
 * overtaken, before it could say so.
 */
function bytesOf(pointId: string, known: Known, open: Iterable<Open>): readonly Buffer[] {
  const heardOf = known.points.get(pointId);
  if (heardOf) return heardOf;
  const cycle = [...open].find(({ step, snapshot }) => step.kind === "cycle" && snapshot !== undefined);
  if (cycle?.snapshot === undefined) throw new Error(`nobody has made the recovery point ${pointId}`);
  return cycle.snapshot;
}

function acknowledge(
  begun: Open,
  madePoint: string | undefined,
  known: Known,
  open: ReadonlyMap<number, Open>,
): void {
  const { step } = begun;
  if (begun.kept !== undefined) {
    const newest = [...known.points.keys()].at(-1);
    for (const id of [...known.points.keys()]) {
      if (id !== newest && !begun.kept.includes(id)) known.points.delete(id);
    }
  } else if (step.kind === "write") known.disks[step.disk]!.set(step.data, step.offset);
  else if (step.kind === "cycle" && madePoint !== undefined) {
    known.points.set(madePoint, begun.snapshot!);
    known.isTracked = true;
  } else if (step.kind === "rotate") known.key = 1 - known.key;
  else if (step.kind === "restore")
    known.restored = bytesOf(begun.pointId!, known, open.values())[step.disk]!;
}

function pendingOf(phase: Phase, open: readonly Open[], known: Known): Pending {
  const pending: Pending = { phase };
  for (const { step, pointId, kept, snapshot, written } of open) {
    if (kept !== undefined) pending.kept = kept;
    else if (step.kind === "write") pending.write = step;
    else if (step.kind === "cycle" && snapshot !== undefined) pending.cycle = snapshot;
    else if (step.kind === "rotate") pending.rotation = true;
    else if (step.kind === "restore") pending.restore = bytesOf(pointId!, known, open)[step.disk]!;
    else if (step.kind === "attach") {
      const bytes = Buffer.from(bytesOf(pointId!, known, open)[step.disk]!);
      for (const write of step.writes.slice(0, written)) bytes.set(write.data, write.offset);
      pending.attached = { disk: step.disk, bytes, pointId: pointId!, next: step.writes[written] };
    }
  }
  return pending;
}
