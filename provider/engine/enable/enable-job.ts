/**
 * Enable protection, the Hyper-V workflow HW-1 to HW-3: prerequisites, relationship, initial replication disk by
 * disk under a snapshot while the source keeps changing, and finalisation, which sends what changed meanwhile.
 */
import { putItem } from "../../store/protected-items.ts";
import { findThing } from "../../store/things.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { requireMachineOf } from "../inventory/find-machine.ts";
import { flows } from "../../model/flows.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { recoveryNetworks } from "../inventory/recovery-networks.ts";
import type { JobContext, JobDefinition } from "../job/job-definition.ts";
import type { ReplicationCycle } from "../../model/item.ts";
import { imagesIn } from "../identity/exchanged-images.ts";
import { takeOverHardware } from "../identity/hardware.ts";
import { protectionOf } from "../protected-item/protection.ts";
import { runCycle } from "../replication-cycle/run-cycle.ts";
import { primaryDisks } from "../replication-cycle/source-disks.ts";
import { checkPrerequisites } from "./check-prerequisites.ts";

type Context = JobContext<Record<string, never>>;

function inputsOf(context: Context): ItemInputs {
  return findThing<ItemInputs>(context.parts.store, context.itemId)!.inputs;
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
    context.parts.store.passing(() => putItem(context.parts.store, { ...item, details }));
  };
}

/** The process server pushes the service to a machine that has none, with the account that the item names (C-5). */
async function pushMobilityService(context: Context): Promise<{ pushed: boolean }> {
  const { parts } = context;
  const { machine } = await requireMachineOf(parts, context.item());
  const account = protectionOf(inputsOf(context)).runAsAccountId;
  const isNeeded = flows[context.item().details.flow].needsMobilityService;
  if (!isNeeded || machine.mobilityService !== undefined || account === undefined) return { pushed: false };
  await parts.machines.installMobilityService(machine.folder);
  return { pushed: true };
}

async function copy(context: Context, kind: "initial copy" | "delta"): Promise<ReplicationCycle> {
  const item = await takeOverHardware(context.parts, context.item(), { acceptsAll: true });
  const disks = await primaryDisks(context.parts, item);
  const imagesReplicated = imagesIn(context.parts, disks[0]!.machine, item.details.disks);
  const cycle = await runCycle(context.parts, item, {
    ...{ kind, way: "out", disks, progress: context.progress },
    ...(kind === "delta" ? {} : { onPercent: keepPercent(context) }),
  });
  const now = context.item();
  putItem(context.parts.store, { ...now, details: { ...now.details, imagesReplicated } });
  return cycle;
}

export const enableJob: JobDefinition<Record<string, never>> = {
  scenario: "EnableDr",
  title: "protection set-up",
  step: "FinalizeProtection",
  tasks: [
    {
      name: "PrerequisitesCheck",
      title: "Check the prerequisites",
      run: async (context) =>
        void (await checkPrerequisites(context.parts, context.itemId, inputsOf(context))),
    },
    {
      name: "InstallMobilityService",
      title: "Push the Mobility service where it is needed",
      run: pushMobilityService,
    },
    {
      name: "CreateReplicationRelationship",
      title: "Set up the replication relationship",
      run: async (context) => {
        const { details } = context.item();
        const replicas = await context.parts.replicaStoreOf(details.replicaStoreId);
        // A machine of that id can only be left over from an attempt whose item is gone.
        return {
          replicaId: details.replicaId,
          pointCount: (await replicas.recoveryPoints(details.replicaId)).length,
        };
      },
    },
    {
      name: "StartReplication",
      title: "Initial replication",
      run: async (context) => copy(context, "initial copy"),
    },
    {
      name: "MergeChanges",
      title: "Send what changed during the initial replication",
      run: async (context) => copy(context, "delta"),
    },
    {
      name: "FinalizeProtection",
      title: "Set the network of the replica machine",
      run: async (context) => {
        const fabricId = fabricOf(context.itemId);
        const { machine } = await requireMachineOf(context.parts, context.item());
        const flow = flows[context.item().details.flow];
        return recoveryNetworks(context.parts, { flow, fabricId }, machine, inputsOf(context));
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
