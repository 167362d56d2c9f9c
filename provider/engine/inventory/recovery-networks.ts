/** Which virtual network each network card of a machine joins after a failover (C-7). */
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { NetworkMappingInputs } from "../../kinds/network-mapping.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import type { MachineDefinition } from "../../machines/machine-driver.ts";
import { findThing, listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";

export interface NetworkChoice {
  /** The network at the primary side. */
  readonly from: string;
  /** ARM id of the virtual network at the recovery side. */
  readonly to: string;
}

function mappingsOf(parts: EngineParts, fabricId: string): NetworkChoice[] {
  return listThings<NetworkMappingInputs>(parts.store, { kind: "network-mapping", under: fabricId }).map(
    ({ inputs }) => ({ from: inputs.networkName, to: inputs.properties.recoveryNetworkId }),
  );
}

/**
 * The item's own `targetAzureNetworkId` if it has one, else the site's network mappings. Throws
 * `PrerequisitesNotMet` for a card that has neither: without a network nothing can be protected.
 */
export function recoveryNetworks(
  parts: EngineParts,
  fabricId: string,
  machine: Pick<MachineDefinition, "name" | "nics">,
  inputs: ProtectedItemInputs,
): NetworkChoice[] {
  const own = inputs.properties?.providerSpecificDetails?.targetAzureNetworkId;
  const mappings = mappingsOf(parts, fabricId);
  return machine.nics.map(({ network }) => {
    const to = own ?? mappings.find((mapping) => mapping.from === network)?.to;
    if (to !== undefined && findThing(parts.store, to)?.kind === "virtual-network")
      return { from: network, to };
    const what =
      to === undefined
        ? `its network "${network}" is mapped to no virtual network. Add a network mapping, or set targetAzureNetworkId`
        : `the virtual network ${nameOf(to)} does not exist. Declare it first`;
    const message = `${machine.name} cannot be protected: ${what}. (Without a network nothing can be protected.)`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, {
      target: machine.name,
      property: "properties.providerSpecificDetails.targetAzureNetworkId",
    });
  });
}

/** Whether machines in production fail over to this network, so that a drill must not use it. */
export function isRecoveryNetwork(parts: EngineParts, networkId: string): boolean {
  const mapped = listThings<NetworkMappingInputs>(parts.store, { kind: "network-mapping" }).map(
    ({ inputs }) => inputs.properties.recoveryNetworkId,
  );
  const chosen = listThings<ProtectedItemInputs>(parts.store, { kind: "protected-item" }).flatMap(
    ({ inputs }) => inputs.properties?.providerSpecificDetails?.targetAzureNetworkId ?? [],
  );
  return [...mapped, ...chosen].some((id) => sameId(id, networkId));
}
