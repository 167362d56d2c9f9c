/** Enabling, changing and disabling the protection of a machine. */
import { initialReplicationWaitsUntil } from "../replication-cycle/replication-rules.ts";
import { nameOf } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { type ItemInputs, itemKindOf } from "../protected-item/item-things.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import { randomUuid } from "../../random.ts";
import { findItem, putItem } from "../../store/protected-items.ts";
import { deleteThing, findThing, putThing } from "../../store/things.ts";
import { requireAccounts } from "../components/run-as-accounts.ts";
import { processServerFor } from "../components/choose-process-server.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../../model/flows.ts";
import { markMachine } from "../identity/identify-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { recoveryNetworks } from "../inventory/recovery-networks.ts";
import type { Progress } from "../../progress.ts";
import { startJob } from "../job/run-job.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { changedHardware, takeOverHardware } from "../identity/hardware.ts";
import { protectionOf } from "../protected-item/protection.ts";
import { stateFacts } from "../../model/states.ts";
import { clusterOf } from "../protected-item/cluster-of.ts";
import { withItem } from "../gate/with-item.ts";
import { checkPrerequisites, type Prerequisites, requireGroup } from "./check-prerequisites.ts";
import { disableJob } from "./disable-job.ts";
import { enableJob } from "./enable-job.ts";
import { said } from "../../message.ts";
import { refuseOtherHolder, requireMasterTarget, requireTestNetwork } from "./require-settings.ts";

async function newItem(
  parts: EngineParts,
  id: string,
  found: Prerequisites,
  processServerId: string,
): Promise<ProtectedItem> {
  return {
    id,
    state: "EnablingReplication",
    activeLocation: "primary",
    testFailoverState: "None",
    details: {
      flow: found.flow.id,
      replicaId: randomUuid(parts.random),
      machineName: found.machine.name,
      machine: await markMachine(parts, id, found.place),
      definition: parts.machines.definitionOf(found.machine),
      disks: found.disks,
      ...(found.groupName === undefined ? {} : { groupName: found.groupName }),
      replicaStoreId: found.replicaStoreId,
      processServerId,
      initialReplicationPercent: 0,
    },
  };
}

/** The item with the settings that it keeps a copy of: its process server and its replication group. */
function withSettings(
  parts: EngineParts,
  known: ProtectedItem,
  wanted: ItemInputs,
  processServerId: string,
): ProtectedItem {
  const { groupName: _former, ...details } = known.details;
  const groupName = requireGroup(parts, known.id, wanted);
  return {
    ...known,
    details: { ...details, ...(groupName === undefined ? {} : { groupName }), processServerId },
  };
}

/** A store of another engine is refused before anything is written; what else is wrong with it, the job reports. */
async function refuseForeignStore(parts: EngineParts, holderId: string): Promise<void> {
  try {
    await parts.replicaStoreOf(holderId);
  } catch (error) {
    const isOther = isExpected(error) && error.code !== "AlreadyExists";
    if (!isOther) throw error;
  }
}

/**
 * Makes the settings of an item as wanted and, if it is not protected yet, runs its initial replication. A machine
 * that is refused leaves nothing behind. The caller must not hold the item's lease.
 */
export async function enableProtection(
  parts: EngineParts,
  id: string,
  wanted: ItemInputs,
  progress: Progress,
): Promise<void> {
  await withItem(parts, id, "protection set-up", progress, async () => {
    const known = findItem(parts.store, id);
    const prerequisites = known ? undefined : await checkPrerequisites(parts, id, wanted);
    if (prerequisites) await refuseForeignStore(parts, prerequisites.replicaStoreId);
    requireAccounts(parts, id, wanted);
    requireTestNetwork(parts, id, wanted);
    // Of the settings that can change in place, the network is the one that a failover cannot do without.
    if (known) {
      refuseOtherHolder(known.details, id, wanted);
      const place = { flow: flows[known.details.flow], fabricId: fabricOf(id) };
      recoveryNetworks(parts, place, known.details.definition, wanted);
    }
    requireMasterTarget(parts, id, wanted);
    // No cycle is under way while the lease is held, and between cycles a process server holds nothing of a machine.
    const wantedServer = protectionOf(wanted).processServerId;
    const processServerId = processServerFor(parts, id, wantedServer, known?.details.processServerId);
    const changed = known && withSettings(parts, known, wanted, processServerId);
    const made = prerequisites && (await newItem(parts, id, prerequisites, processServerId));
    parts.store.transaction(() => {
      putThing(parts.store, id, itemKindOf(id), wanted, parts.clock.now());
      if (changed) putItem(parts.store, changed);
      if (made) putItem(parts.store, made);
    });
    const item = requireItem(parts, id);
    if (stateFacts[item.state].replicates && (await changedHardware(parts, item)) !== undefined)
      await takeOverHardware(parts, item, { acceptsAll: false });
    if (item.state !== "EnablingReplication") return;
    await beginInitialReplication(parts, id, progress);
  });
}

/** The caller holds the item's lease. */
export async function beginInitialReplication(
  parts: EngineParts,
  id: string,
  progress: Progress,
): Promise<void> {
  const waitsUntil = initialReplicationWaitsUntil(parts, id);
  if (waitsUntil !== undefined) {
    const at = new Date(waitsUntil).toISOString();
    progress.report(
      `the policy starts the initial replication at ${at}; \`siterecovery replicate\` runs it then`,
    );
    return;
  }
  await startJob(parts, enableJob, { itemId: id, input: {} }, progress);
}

/** A machine that runs at the recovery side loses its way back with its replica: that needs a word of consent. */
function refuseToLoseTheWayBack(parts: EngineParts, item: ProtectedItem): void {
  if (item.activeLocation === "primary" || flows[item.details.flow].wayBack === "none") return;
  const inputs = findThing<ProtectedItemInputs>(parts.store, item.id)?.inputs;
  if (inputs?.allowDisableWhileFailedOver === true) return;
  const name = nameOf(item.id);
  const message = said`${name} runs at the recovery side; disabling protection now would drop what a failback needs. Fail it back
      first (activeLocation: primary), or set allowDisableWhileFailedOver: true, run \`pulumi up\`, and delete again
      (the machine ${item.details.recoveryMachine?.name ?? name} itself is kept).`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: item.id });
}

/** A cluster without one of its machines is no unit any more: that is said in the cluster first. */
function refuseToTearClusters(parts: EngineParts, id: string): void {
  const cluster = clusterOf(parts, id);
  if (!cluster) return;
  const name = nameOf(id);
  const message = said`${name} cannot be removed alone: it is in use by the protection cluster ${nameOf(cluster.id)}. Take it out of that
      cluster's clusterProtectedItemIds, or delete the cluster first.`;
  throw new SiteRecoveryError("InUse", message, { target: id });
}

export async function disableProtection(parts: EngineParts, id: string, progress: Progress): Promise<void> {
  await withItem(parts, id, "protection removal", progress, async () => {
    const item = findItem(parts.store, id);
    if (!item) return deleteThing(parts.store, id);
    refuseToTearClusters(parts, id);
    refuseToLoseTheWayBack(parts, item);
    await startJob(parts, disableJob, { itemId: id, input: {} }, progress);
  });
}
