/** Enabling, changing and disabling the protection of a machine. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import { randomUuid } from "../../random.ts";
import { findItem, putItem } from "../../store/protected-items.ts";
import { deleteThing, findThing, putThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricOf } from "../inventory/find-machine.ts";
import { recoveryNetworks } from "../inventory/recovery-networks.ts";
import type { Progress } from "../job/job-definition.ts";
import { requireItem, startJob } from "../job/run-job.ts";
import type { ItemDetails, ProtectedItem } from "../protected-item/item.ts";
import type { ItemState } from "../protected-item/states.ts";
import { policyOf } from "../replication-cycle/policy-of.ts";
import { withItem } from "../with-item.ts";
import { checkPrerequisites, type Prerequisites } from "./check-prerequisites.ts";
import { disableJob } from "./disable-job.ts";
import { enableJob } from "./enable-job.ts";

function newItem(parts: EngineParts, id: string, found: Prerequisites): ProtectedItem {
  return {
    id,
    state: "EnablingReplication",
    activeLocation: "primary",
    testFailoverState: "None",
    details: {
      flow: "S3",
      replicaId: randomUuid(parts.random),
      machineName: found.machine.name,
      definition: parts.machines.definitionOf(found.machine),
      disks: found.disks,
      storageAccountId: found.storageAccountId,
      initialReplicationPercent: 0,
    },
  };
}

/** When the initial replication is to begin by the policy (H2A-2), if that time has not come. */
export function initialReplicationWaitsUntil(parts: EngineParts, id: string): number | undefined {
  const start = policyOf(parts, id)?.onlineReplicationStartTime;
  const at = start === undefined ? Number.NaN : Date.parse(start);
  return at > parts.clock.now() ? at : undefined;
}

/**
 * Makes the settings of an item as wanted and, if it is not protected yet, runs its initial replication. A machine
 * that is refused leaves nothing behind. The caller must not hold the item's lease.
 */
export async function enableProtection(
  parts: EngineParts,
  id: string,
  wanted: ProtectedItemInputs,
  progress: Progress,
): Promise<void> {
  await withItem(parts, id, "enabling of protection", progress, async () => {
    const known = findItem<ItemState, ItemDetails>(parts.store, id);
    const prerequisites = known ? undefined : checkPrerequisites(parts, id, wanted);
    // Of the settings that can change in place, the network is the one that a failover cannot do without.
    if (known) recoveryNetworks(parts, fabricOf(id), known.details.definition, wanted);
    parts.store.transaction(() => {
      putThing(parts.store, id, "protected-item", wanted, parts.clock.now());
      if (prerequisites) putItem(parts.store, newItem(parts, id, prerequisites));
    });
    if (requireItem(parts, id).state !== "EnablingReplication") return;
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
  if (item.activeLocation === "primary") return;
  const inputs = findThing<ProtectedItemInputs>(parts.store, item.id)?.inputs;
  if (inputs?.allowDisableWhileFailedOver === true) return;
  const name = nameOf(item.id);
  const message =
    `${name} runs at the recovery side; disabling protection now would drop what a failback needs. Fail it back ` +
    "first (activeLocation: primary), or set allowDisableWhileFailedOver: true, run `pulumi up`, and delete again " +
    `(the machine ${item.details.recoveryMachine?.name ?? name} itself is kept).`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: item.id });
}

export async function disableProtection(parts: EngineParts, id: string, progress: Progress): Promise<void> {
  await withItem(parts, id, "disabling of protection", progress, async () => {
    const item = findItem<ItemState, ItemDetails>(parts.store, id) as ProtectedItem | undefined;
    if (!item) return deleteThing(parts.store, id);
    refuseToLoseTheWayBack(parts, item);
    await startJob(parts, disableJob, { itemId: id, input: {} }, progress);
  });
}
