/**
 * Change of the recovery point before the commit: the replica machine is made again from another point. What it
 * has written since the failover is given up.
 */
import { hearGuest } from "./guest-word.ts";
import type { JobContext, JobDefinition } from "../job/job-definition.ts";
import { type RecoveryMachine, recoveryMachineOf } from "../../model/item.ts";
import { chooseRecoveryPoint } from "../recovery-point/choose-recovery-point.ts";
import { isStill, ownerFor, removeMade } from "../identity/owned-machine.ts";
import { requireDisksKnown } from "../identity/unknown-disks.ts";
import { foreseeChangePoint, networksOf } from "./foresee-failover.ts";
import type { FailoverInput } from "./failover-job.ts";
import {
  recoveryDetails,
  type RecoveryMachinePlan,
  recoveryMachinePlan,
  restoreDisks,
  startRecoveryMachine,
} from "./recovery-machine.ts";

type Context = JobContext<FailoverInput>;

function planOf({ parts, item }: Context): RecoveryMachinePlan {
  return recoveryMachinePlan(parts, item(), recoveryMachineOf(item()), networksOf(parts, item()));
}

export const changePointJob: JobDefinition<FailoverInput> = {
  scenario: "ChangeRecoveryPoint",
  title: "change of the recovery point",
  step: "ChangePit",
  foresee: foreseeChangePoint,
  tasks: [
    {
      name: "RecoveryPoint",
      title: "Choose the recovery point",
      run: async ({ parts, item, input }) => {
        await requireDisksKnown(parts, item());
        return { pointId: (await chooseRecoveryPoint(parts, item(), input.recoveryPoint)).id };
      },
    },
    {
      name: "ShutDownReplica",
      title: "Shut the replica machine down",
      run: async ({ parts, item }) => {
        const machine = recoveryMachineOf(item());
        if ((await parts.machines.exists(machine.folder)) && (await isStill(parts, machine))) {
          await parts.machines.shutDown(machine.folder);
        }
      },
    },
    {
      name: "RestoreDisks",
      title: "Make the replica machine's disks from the recovery point",
      run: async (context) => {
        const { pointId } = context.resultOf<{ pointId: string }>("RecoveryPoint");
        const point = await chooseRecoveryPoint(context.parts, context.item(), pointId);
        const machine = recoveryMachineOf(context.item());
        // Its own machine is replaced; anything else that is in its place now is not.
        await removeMade(context.parts, machine, (line) => context.progress.report(line));
        const owner = ownerFor(context, { purpose: "replica" });
        await restoreDisks(context.parts, planOf(context), { point, owner }, context.progress);
      },
    },
    {
      name: "StartReplicaMachine",
      title: "Start the replica machine",
      run: async (context): Promise<RecoveryMachine> => {
        const { pointId } = context.resultOf<{ pointId: string }>("RecoveryPoint");
        const point = await chooseRecoveryPoint(context.parts, context.item(), pointId);
        const machine = await startRecoveryMachine(context.parts, planOf(context), point);
        const where = { folder: machine.folder, itemId: context.itemId };
        const guest = await hearGuest(context.parts, where, context.progress);
        return guest === undefined ? machine : { ...machine, guest };
      },
    },
  ],
  finish: ({ parts, resultOf }, item) => ({
    ...item,
    details: {
      ...item.details,
      ...recoveryDetails(resultOf<RecoveryMachine>("StartReplicaMachine")),
      lastMove: { action: "change of the recovery point", endedAt: parts.clock.now() },
    },
  }),
  rollBack: ({ hasEnded }) =>
    hasEnded("ShutDownReplica")
      ? "The replica machine is off; choose a recovery point again, or cancel the failover."
      : "Nothing was changed.",
};
