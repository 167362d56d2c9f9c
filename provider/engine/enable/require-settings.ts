/** What an item's settings may name: looked at where they are declared or changed, and not when they are needed. */
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../../model/flows.ts";
import { isNetwork } from "../inventory/recovery-networks.ts";
import type { ItemDetails } from "../../model/item.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { protectionOf } from "../protected-item/protection.ts";

/** A replica stays on the master target that it was made on. */
export function refuseOtherHolder(details: ItemDetails, id: string, wanted: ItemInputs): void {
  const masterTargetId = protectionOf(wanted).masterTargetId;
  const isHolder = flows[details.flow].replicaHolder === "master-target";
  if (!isHolder || masterTargetId === undefined || sameId(masterTargetId, details.replicaStoreId)) return;
  const message = said`The replica of ${nameOf(id)} is on the master target ${nameOf(details.replicaStoreId)} and cannot move to
    ${nameOf(masterTargetId)}. Name the former again, or protect the machine under another item name.`;
  const property = "properties.providerSpecificDetails.masterTargetId";
  throw new SiteRecoveryError("InvalidInput", message, { target: id, property });
}

/** The way back goes to the master target that is named, and to none instead of it. */
export function requireMasterTarget(parts: EngineParts, id: string, wanted: ItemInputs): void {
  const { masterTargetId } = protectionOf(wanted);
  if (masterTargetId === undefined) return;
  const kind = findThing(parts.store, masterTargetId)?.kind;
  if (kind === "master-target" || kind === "services-provider") return;
  const message = said`${nameOf(id)} names a master target, and there is no master target ${nameOf(masterTargetId)}. Declare it,
    and let this resource depend on it.`;
  const property = "properties.providerSpecificDetails.masterTargetId";
  throw new SiteRecoveryError("MissingReference", message, { target: id, property });
}

/** Tests would have nowhere to run. */
export function requireTestNetwork(parts: EngineParts, id: string, wanted: ItemInputs): void {
  const { testNetworkId } = protectionOf(wanted);
  if (testNetworkId === undefined || isNetwork(parts, testNetworkId)) return;
  const message = said`${nameOf(id)} names the virtual network ${testNetworkId} for its tests, and there is none. Declare it first.`;
  const property = "properties.providerSpecificDetails.testNetworkId";
  throw new SiteRecoveryError("MissingReference", message, { target: id, property });
}
