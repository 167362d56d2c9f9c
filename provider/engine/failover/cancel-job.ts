/**
 * Cancels a failover that was not committed: the machine starts again at the side that it came from, whose disks were
 * left alone since. What it wrote at the other side is given up.
 */
import { noteMove, removeMade } from "../identity/owned-machine.ts";
import { requirePlaceOf } from "../inventory/find-machine.ts";
import type { JobContext, JobDefinition } from "../job/job-definition.ts";
import { type PrimaryLeft, recoveryMachineOf } from "../../model/item.ts";
import { imagesLeft } from "../identity/changed-primary.ts";
import { requireDisksKnown } from "../identity/unknown-disks.ts";
import { foreseeCancel } from "./foresee-way-back.ts";
import { primaryIsOff, replicaIsOff } from "./still-holds.ts";
import { requireRecoverySide } from "./require-recovery-side.ts";

type Context = JobContext<Record<string, never>>;

async function primaryFolder({ parts, item }: Context): Promise<string> {
  return (await requirePlaceOf(parts, item())).folder;
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
      run: async (context) => {
        await primaryFolder(context);
        await requireRecoverySide(context.parts, context.item());
        if (context.item().activeLocation === "recovery")
          await requireDisksKnown(context.parts, context.item());
      },
    },
    {
      name: "StopTheOther",
      holds: async (context) =>
        context.item().activeLocation === "recovery"
          ? await replicaIsOff(context)
          : await primaryIsOff(context),
      title: "Stop the machine that the failover started",
      run: async (context) => {
        const { parts, progress } = context;
        const machine = recoveryMachineOf(context.item());
        await requireRecoverySide(parts, context.item());
        if (context.item().activeLocation === "recovery") {
          await noteMove(parts, await primaryFolder(context), context, "primary");
          await removeMade(parts, machine, (line) => progress.report(line));
          return undefined;
        }
        const folder = await primaryFolder(context);
        await noteMove(parts, folder, context, "recovery");
        await parts.machines.shutDown(folder);
        // What it wrote is given up; what is written to its disks from now on is not.
        return { images: imagesLeft(parts, context.item(), folder) };
      },
    },
    {
      name: "StartAgain",
      isTurn: true,
      title: "Start the machine where it came from",
      run: async (context) => {
        const wentOut = context.item().activeLocation === "recovery";
        if (!wentOut) await requireRecoverySide(context.parts, context.item());
        await context.parts.machines.start(
          wentOut ? await primaryFolder(context) : recoveryMachineOf(context.item()).folder,
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
