/**
 * Cancels a failover that was not committed: the machine starts again at the side that it came from, whose disks were
 * left alone since. What it wrote at the other side is given up.
 */
import { noteMove, removeMade } from "../identity/owned-machine.ts";
import { requirePlaceOf } from "../inventory/find-machine.ts";
import type { JobContext, JobDefinition } from "../job/job-definition.ts";
import { recoveryMachineOf } from "../../model/item.ts";
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
          return;
        }
        noteMove(parts, primaryFolder(context), context, "recovery");
        parts.machines.shutDown(primaryFolder(context));
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
  finish: ({ parts }, item) => {
    const lastMove = { action: "cancelled failover", endedAt: parts.clock.now() };
    if (item.activeLocation === "primary") {
      const { failbackPointId: _unused, ...details } = item.details;
      return { ...item, activeLocation: "recovery", details: { ...details, lastMove } };
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
