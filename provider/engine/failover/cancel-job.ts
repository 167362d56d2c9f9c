/**
 * Cancels a failover that was not committed: the machine starts again at the side that it came from, whose disks were
 * left alone since. What it wrote at the other side is given up.
 */
import { noteMove, removeMade } from "../identity/owned-machine.ts";
import { requirePlaceOf } from "../inventory/find-machine.ts";
import type { JobContext, JobDefinition } from "../job/job-definition.ts";
import { type PrimaryLeft, recoveryMachineOf } from "../../model/item.ts";
import { imagesLeft } from "../identity/changed-primary.ts";
import { foreseeCancel } from "./foresee-way-back.ts";
import { primaryIsOff, replicaIsOff } from "./still-holds.ts";
import { requireRecoverySide } from "./require-recovery-side.ts";

type Context = JobContext<Record<string, never>>;

function primaryFolder({ parts, item }: Context): string {
  return requirePlaceOf(parts, item()).folder;
}

export const cancelJob: JobDefinition<Record<string, never>> = {
  scenario: "CancelFailover",
  title: "failover cancellation",
  step: "CancelFailover",
  foresee: foreseeCancel,
  tasks: [
    {
      name: "PrerequisitesCheck",
      title: "Check that both sides can be reached",
      run: (context) => {
        primaryFolder(context);
        requireRecoverySide(context.parts, context.item());
      },
    },
    {
      name: "StopTheOther",
      holds: (context) =>
        context.item().activeLocation === "recovery" ? replicaIsOff(context) : primaryIsOff(context),
      title: "Stop the machine that the failover started",
      run: (context) => {
        const { parts, progress } = context;
        const machine = recoveryMachineOf(context.item());
        requireRecoverySide(parts, context.item());
        if (context.item().activeLocation === "recovery") {
          noteMove(parts, primaryFolder(context), context, "primary");
          removeMade(parts, machine, (line) => progress.report(line));
          return undefined;
        }
        const folder = primaryFolder(context);
        noteMove(parts, folder, context, "recovery");
        parts.machines.shutDown(folder);
        // What it wrote is given up; what is written to its disks from now on is not.
        return { images: imagesLeft(parts, context.item(), folder) };
      },
    },
    {
      name: "StartAgain",
      isTurn: true,
      title: "Start the machine where it came from",
      run: (context) => {
        const wentOut = context.item().activeLocation === "recovery";
        if (!wentOut) requireRecoverySide(context.parts, context.item());
        context.parts.machines.start(
          wentOut ? primaryFolder(context) : recoveryMachineOf(context.item()).folder,
        );
      },
    },
  ],
  finish: ({ parts, resultOf }, item) => {
    const lastMove = { action: "cancelled failover", endedAt: parts.clock.now() };
    if (item.activeLocation === "primary") {
      const { failbackPointId: _unused, ...details } = item.details;
      const primaryLeft = resultOf<PrimaryLeft | undefined>("StopTheOther");
      const left = primaryLeft === undefined ? {} : { primaryLeft };
      return { ...item, activeLocation: "recovery", details: { ...details, ...left, lastMove } };
    }
    const {
      recoveryMachine: _removed,
      isSourceUnfenced: _runs,
      sourceConfirmedOffAt: _seen,
      primaryLeft: _taken,
      ...details
    } = item.details;
    return { ...item, activeLocation: "primary", details: { ...details, lastMove } };
  },
};
