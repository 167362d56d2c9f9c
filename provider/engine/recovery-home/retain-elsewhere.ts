/**
 * Retention without the engine: an identity that may delete drops what the policies no longer keep, with the store, its key and
 * its catalog alone. The engine's own identity need not have the right to delete anything.
 */
import os from "node:os";
import type { FileSystem } from "../../blocks/file-system.ts";
import { hasCode } from "../../errors.ts";
import type { PolicyInputs } from "../../kinds/policy.ts";
import { openReplicaStore } from "../../replica/open-replica-store.ts";
import type { KeptPoints, ReplicaStore } from "../../replica/replica-store.ts";
import { locationOfAddress } from "../../replica/store-location.ts";
import { retainPoints } from "../recovery-point/retain-points.ts";
import type { RetentionRule } from "../recovery-point/choose-points-to-keep.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { stateFacts } from "../../model/states.ts";
import { rulesOfPolicy } from "../replication-cycle/replication-rules.ts";
import type { HolderInputs } from "../store-locations.ts";
import type { AdoptableMachine, OpenedStore } from "./look-at-store.ts";

/** What came of the retention of one machine. */
export interface MachineRetention {
  readonly machineName: string;
  readonly droppedCount: number;
  readonly bytesFreed: number;
  readonly kept: KeptPoints | undefined;
  /** Why nothing of it was looked at, without a full stop. */
  readonly left?: string;
  /** Whether it was left because a cycle of it is running. */
  readonly isBusy: boolean;
}

export interface StoreRetention {
  readonly place: string;
  readonly machines: readonly MachineRetention[];
  /** Objects of removed machines that locks keep, and when the first lock ends, in milliseconds since 1970. */
  readonly removed: { readonly count: number; readonly until: number | undefined };
}

/** Runs the retention of all machines of a store by the policies in its catalog. Can be repeated. */
export async function retainElsewhere(files: FileSystem, opened: OpenedStore): Promise<StoreRetention> {
  const replicas = await openToWrite(files, opened);
  const machines: MachineRetention[] = [];
  for (const machine of opened.machines) machines.push(await retainMachine(opened, replicas, machine));
  const { names, until } = await replicas.finishRemovals();
  return { place: opened.place, machines, removed: { count: names.size, until } };
}

/** The catalog knows whether objects are locked; the command need not say so. */
async function openToWrite(
  files: FileSystem,
  { address, location, replicas, secret, holderId, entries }: OpenedStore,
): Promise<ReplicaStore> {
  const holder = entries.find(({ content }) => content.thing["id"] === holderId);
  const { retentionLock } = inputsOf<HolderInputs>(holder) ?? {};
  if (address === undefined || retentionLock === undefined) return replicas;
  const locking = locationOfAddress({ ...address, retentionLock }, os.tmpdir());
  return openReplicaStore({ ...secret, location: locking ?? location, create: false, files });
}

async function retainMachine(
  opened: OpenedStore,
  replicas: ReplicaStore,
  { replicaId, item }: AdoptableMachine,
): Promise<MachineRetention> {
  const machineName = item?.machineName ?? replicaId;
  const leave = (left: string): MachineRetention => ({
    ...{ machineName, droppedCount: 0, bytesFreed: 0, kept: undefined, isBusy: false },
    left,
  });
  if (item === undefined) return leave("the catalog does not know it");
  const { replicates, description } = stateFacts[item.state];
  if (!replicates) return leave(`it does not replicate now: ${description}`);
  const rule = ruleOf(opened, item.id);
  if (rule === undefined) return leave("the catalog does not know its policy");
  try {
    const { droppedPointIds, bytesFreed, kept } = await retainPoints(replicas, replicaId, rule);
    // What a lock kept from an earlier compaction goes with this one.
    const more = await compactIfSound(replicas, replicaId);
    return {
      machineName,
      droppedCount: droppedPointIds.length,
      bytesFreed: bytesFreed + more,
      kept,
      isBusy: false,
    };
  } catch (error) {
    if (!hasCode(error, "Busy")) throw error;
    return { ...leave("a cycle of it is running; run this again"), isBusy: true };
  }
}

/** A damaged object keeps what it may need. */
async function compactIfSound(replicas: ReplicaStore, replicaId: string): Promise<number> {
  try {
    return await replicas.compact(replicaId);
  } catch (error) {
    if (hasCode(error, "Damaged")) return 0;
    throw error;
  }
}

function ruleOf({ entries }: OpenedStore, itemId: string): RetentionRule | undefined {
  const thingOf = (id: string | undefined) =>
    entries.find(({ content }) => String(content.thing["id"]).toLowerCase() === id?.toLowerCase());
  const policyId = inputsOf<ItemInputs>(thingOf(itemId))?.properties?.policyId;
  const settings = inputsOf<PolicyInputs>(thingOf(policyId))?.properties?.providerSpecificInput;
  return settings && rulesOfPolicy(settings).retention;
}

function inputsOf<Inputs>(entry: OpenedStore["entries"][number] | undefined): Inputs | undefined {
  return entry && (JSON.parse(entry.content.thing["inputs"] as string) as Inputs);
}
