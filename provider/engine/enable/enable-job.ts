/**
 * Enable protection, the Hyper-V workflow HW-1 to HW-3: prerequisites, relationship, initial replication disk by
 * disk under a snapshot while the source goes on changing, and finalisation, which sends what changed meanwhile.
 */
import { putItem } from "../../store/protected-items.ts";
import { findThing } from "../../store/things.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import { fabricOf, requireMachine } from "../inventory/find-machine.ts";
import { recoveryNetworks } from "../inventory/recovery-networks.ts";
import type { JobContext, JobDefinition } from "../job/job-definition.ts";
import type { ReplicationCycle } from "../protected-item/item.ts";
import { primaryDisks } from "../replication-cycle/replicate-item.ts";
import { runCycle } from "../replication-cycle/run-cycle.ts";
import { checkPrerequisites } from "./check-prerequisites.ts";

type Context = JobContext<Record<string, never>>;

function inputsOf(context: Context): ProtectedItemInputs {
  return findThing<ProtectedItemInputs>(context.parts.store, context.itemId)!.inputs;
}

/** Keeps how far the copy is, for `status` in another process. */
function keepPercent(context: Context): (percentOfDisk: number) => void {
  const item = context.item();
  const diskCount = item.details.disks.length;
  let disksDone = 0;
  return (percentOfDisk) => {
    const percent = Math.floor((disksDone * 100 + percentOfDisk) / diskCount);
    if (percentOfDisk >= 100) disksDone = Math.min(disksDone + 1, diskCount - 1);
    const details = { ...item.details, initialReplicationPercent: Math.min(percent, 99) };
    putItem(context.parts.store, { ...item, details });
  };
}

function copy(context: Context, kind: "initial copy" | "delta"): Promise<ReplicationCycle> {
  const item = context.item();
  return runCycle(context.parts, item.details, {
    kind,
    disks: primaryDisks(context.parts, item),
    progress: context.progress,
    ...(kind === "delta" ? {} : { onPercent: keepPercent(context) }),
  });
}

export const enableJob: JobDefinition<Record<string, never>> = {
  scenario: "EnableDr",
  title: "enabling of protection",
  step: "FinalizeProtection",
  tasks: [
    {
      name: "PrerequisitesCheck",
      title: "Check the prerequisites",
      run: (context) => void checkPrerequisites(context.parts, context.itemId, inputsOf(context)),
    },
    {
      name: "CreateReplicationRelationship",
      title: "Set up the replication relationship",
      run: async (context) => {
        const { details } = context.item();
        const replicas = await context.parts.replicaStoreOf(details.storageAccountId);
        // A machine of that id can only be left over from an attempt whose item is gone.
        return {
          replicaId: details.replicaId,
          pointCount: replicas.recoveryPoints(details.replicaId).length,
        };
      },
    },
    {
      name: "StartReplication",
      title: "Initial replication",
      run: (context) => copy(context, "initial copy"),
    },
    {
      name: "MergeChanges",
      title: "Send what changed during the initial replication",
      run: (context) => copy(context, "delta"),
    },
    {
      name: "FinalizeProtection",
      title: "Set the network of the replica machine",
      run: (context) => {
        const fabricId = fabricOf(context.itemId);
        const { machine } = requireMachine(context.parts, fabricId, context.item().details.machineName);
        return recoveryNetworks(context.parts, fabricId, machine, inputsOf(context));
      },
    },
  ],
  finish: (context, item) => ({
    ...item,
    details: {
      ...item.details,
      initialReplicationPercent: 100,
      initialReplicationEndedAt: context.parts.clock.now(),
      lastCycle: context.resultOf<ReplicationCycle>("MergeChanges"),
    },
  }),
};
