/**
 * Reverse replication: the machine is protected from the side that it runs at (SEC-7, V2F-4). From the recovery
 * side it gets a relationship of its own, whose replica is at the primary side: on the master target, or on the
 * Hyper-V host. That replica is seeded from the disks that the machine left there, so that only what differs
 * travels. Back at the primary side the way out is taken up again by a resync, and the way back is dropped.
 */
import { SiteRecoveryError } from "../../errors.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { randomUuid } from "../../random.ts";
import { findThing, listThings } from "../../store/things.ts";
import { processServerForWayBack } from "../components/choose-process-server.ts";
import type { EngineParts } from "../engine-parts.ts";
import { type Flow, flows } from "../../model/flows.ts";
import { findMachineOf, inventoryForNewMachine } from "../inventory/find-machine.ts";
import { removeMade } from "../identity/owned-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { recoveryContainerOf } from "../inventory/recovery-side.ts";
import { classForWayBack } from "../inventory/storage-classes.ts";
import type { JobContext, JobDefinition, JobTask } from "../job/job-definition.ts";
import type { ProtectedItem, Relationship, ReplicationCycle } from "../../model/item.ts";
import { protectionOf } from "../protected-item/protection.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { removeReplica } from "../replication/replica-ledger.ts";
import { requireWay } from "../replication-cycle/require-way.ts";
import { runCycle } from "../replication-cycle/run-cycle.ts";
import { primaryDisks, recoveryDisks } from "../replication-cycle/source-disks.ts";
import { requireNotExchanged } from "../identity/exchanged-images.ts";
import { changedDisks, leftAfter, noteLeft } from "../identity/changed-primary.ts";
import { requireLeftAlone } from "./require-left-alone.ts";
import { requireRecoverySide } from "./require-recovery-side.ts";
import { foreseeProtectAgain, foreseeReverse } from "./foresee-way-back.ts";

type Input = Record<string, never>;
type Context = JobContext<Input>;

/** The item's own master target if it is at the primary side, else one that is, else the configuration server. */
function masterTargetOf(parts: EngineParts, item: ProtectedItem): string {
  const fabricId = fabricOf(item.id);
  const there = (["master-target", "services-provider"] as const).flatMap((kind) =>
    listThings(parts.store, { kind, under: fabricId }).map(({ id }) => id),
  );
  const own = protectionOf(findThing<ItemInputs>(parts.store, item.id)!.inputs).masterTargetId?.toLowerCase();
  return there.find((id) => id.toLowerCase() === own) ?? there[0]!;
}

const holderOf: Record<Flow["replicaHolder"], (parts: EngineParts, item: ProtectedItem) => string> = {
  "storage-account": masterTargetOf,
  "master-target": masterTargetOf,
  host: (parts, item) => {
    const { definition, replicaStoreId } = item.details;
    const machine = { itemId: item.id, className: definition.storageClassification };
    return (
      classForWayBack(parts, machine, replicaStoreId) ?? inventoryForNewMachine(parts, fabricOf(item.id)).id
    );
  },
};

/** Of the side where the machine runs now. */
function serverOfWayBack(parts: EngineParts, item: ProtectedItem): string {
  const inputs = findThing<ItemInputs>(parts.store, item.id)!.inputs;
  const container = recoveryContainerOf(parts, item.id, inputs);
  return processServerForWayBack(parts, container === undefined ? undefined : fabricOf(container));
}

/** The item as a cycle of the way back sees it, before the job has ended. */
function reversed(context: Context): ProtectedItem {
  const item = context.item();
  const reverse = context.resultOf<Relationship>("CreateReverseRelationship");
  return { ...item, details: { ...item.details, reverse } };
}

/** The seed is read from the change logs' blocks, which forget them; the failover back must still know. */
async function noteBeforeSeed({ parts, item }: Context, folder: string): Promise<void> {
  const changed = await changedDisks(parts, item(), folder);
  noteLeft(parts, item(), leftAfter(parts, item(), { folder, changed }));
}

/** Copies what the machine left at the primary side; nothing is seeded from disks that are gone or unlike. */
async function seed(context: Context): Promise<{ seeded: boolean }> {
  const { parts, progress } = context;
  const item = reversed(context);
  try {
    const lookup = await findMachineOf(parts, item);
    if (lookup.answer === "found") await noteBeforeSeed(context, lookup.place.folder);
    const left = lookup.answer === "found" ? (await parts.machines.read(lookup.place.folder)).disks : [];
    const isLike = item.details.disks.every((disk) =>
      left.some(({ id, sizeBytes }) => id === disk.id && sizeBytes === disk.sizeBytes),
    );
    if (!isLike) return { seeded: false };
    const disks = await primaryDisks(parts, item);
    await runCycle(parts, item, { kind: "initial copy", way: "local", disks, progress });
    return { seeded: true };
  } catch (error) {
    const code = error instanceof SiteRecoveryError ? error.code : undefined;
    if (code !== "SourceUnreachable" && code !== "PrerequisitesNotMet") throw error;
    progress.report("the disks at the primary side cannot be read: everything is sent");
    return { seeded: false };
  }
}

/** The tasks that set the way back up; the commit of a planned failover ends with them as well (SEC-5). */
export const reverseTasks: readonly JobTask<Input>[] = [
  {
    name: "CheckWayBack",
    title: "Check what the way back needs",
    run: async ({ parts, item }) => {
      requireNotExchanged(parts, item());
      await requireWay(parts, item(), "back");
    },
  },
  {
    name: "CreateReverseRelationship",
    title: "Set up the way back",
    run: ({ parts, item }): Relationship => ({
      replicaStoreId: holderOf[flows[item().details.flow].replicaHolder](parts, item()),
      replicaId: randomUuid(parts.random),
      processServerId: serverOfWayBack(parts, item()),
    }),
  },
  { name: "SeedReplica", title: "Seed the replica from the disks at the primary side", run: seed },
  {
    name: "StartReverseReplication",
    title: "Send what differs",
    run: async (context): Promise<ReplicationCycle> => {
      const item = reversed(context);
      const { seeded } = context.resultOf<{ seeded: boolean }>("SeedReplica");
      const kind = seeded ? "resync" : "initial copy";
      const { parts, progress } = context;
      const disks = await recoveryDisks(parts, item);
      const cycle = await runCycle(parts, item, { kind, way: "back", disks, progress });
      // The seed is what the machine left behind, and no instant of it that anybody could want to go back to.
      const { replicaStoreId, replicaId } = relationshipOf(item);
      await (await context.parts.replicaStoreOf(replicaStoreId)).retain(replicaId, () => [cycle.pointId]);
      return cycle;
    },
  },
];

export function finishReverse({ parts, resultOf }: Context, item: ProtectedItem): ProtectedItem {
  return {
    ...item,
    details: {
      ...item.details,
      reverse: resultOf<Relationship>("CreateReverseRelationship"),
      lastCycle: resultOf<ReplicationCycle>("StartReverseReplication"),
      lastMove: { action: "reverse replication", endedAt: parts.clock.now() },
    },
  };
}

/** What a failed set-up of the way back leaves behind is removed; the machine runs on where it was. */
export async function dropWayBack({ parts, resultOf, hasEnded }: Context): Promise<string> {
  if (hasEnded("CreateReverseRelationship")) {
    await removeReplica(parts, resultOf<Relationship>("CreateReverseRelationship"));
  }
  return "The machine runs at the recovery side as before, and is not protected there.";
}

export const reverseToPrimaryJob: JobDefinition<Input> = {
  scenario: "ReverseReplicationToPrimary",
  title: "reverse replication to the primary side",
  step: "ReverseReplicate",
  needsOwnDisks: true,
  tasks: reverseTasks,
  foresee: foreseeReverse,
  finish: finishReverse,
  rollBack: dropWayBack,
};

export const reverseReplicationJob: JobDefinition<Input> = {
  scenario: "ReverseReplication",
  title: "reverse replication",
  step: "ReverseReplicate",
  needsOwnDisks: true,
  foresee: foreseeProtectAgain,
  tasks: [
    {
      name: "ResumeReplication",
      title: "Take up replication to the recovery side",
      run: async ({ parts, item, progress }): Promise<ReplicationCycle | undefined> => {
        const { reverse, ...details } = item().details;
        // Without a way back of its own the failback wrote through the same replica: disks and points are equal.
        if (!reverse) return undefined;
        const disks = await primaryDisks(parts, item());
        const out = { ...item(), details };
        const cycle = await runCycle(parts, out, { kind: "resync", way: "out", disks, progress });
        await removeReplica(parts, reverse);
        return cycle;
      },
    },
    {
      name: "RemoveReplicaMachine",
      title: "Remove the machine at the recovery side",
      run: async ({ parts, item, progress }) => {
        const { recoveryMachine } = item().details;
        await requireRecoverySide(parts, item());
        await requireLeftAlone(parts, item());
        return recoveryMachine && (await removeMade(parts, recoveryMachine, (line) => progress.report(line)));
      },
    },
  ],
  finish: ({ parts, resultOf }, item) => {
    const { recoveryMachine: _removed, failbackPointId: _used, reverse: _back, ...details } = item.details;
    const lastCycle = resultOf<ReplicationCycle | undefined>("ResumeReplication") ?? details.lastCycle;
    const lastMove = { action: "reverse replication", endedAt: parts.clock.now() };
    return { ...item, details: { ...details, ...(lastCycle ? { lastCycle } : {}), lastMove } };
  },
};
