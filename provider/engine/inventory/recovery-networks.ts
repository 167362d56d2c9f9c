/** Which network each network card of a machine joins after a failover (C-7). */
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { NetworkMappingInputs } from "../../kinds/network-mapping.ts";
import { type ItemInputs, listItemThings } from "../protected-item/item-things.ts";
import type { MachineDefinition } from "../../model/machine-definition.ts";
import { findThing, listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Flow } from "../../model/flows.ts";
import { protectionOf } from "../protected-item/protection.ts";
import { said } from "../../message.ts";

export interface NetworkChoice {
  /** The network at the primary side. */
  readonly from: string;
  /** ARM id of the network at the recovery side; where networks keep their names, the name. */
  readonly to: string;
}

function mappingsOf(parts: EngineParts, fabricId: string): NetworkChoice[] {
  return listThings<NetworkMappingInputs>(parts.store, { kind: "network-mapping", under: fabricId }).map(
    ({ inputs }) => ({ from: inputs.networkName, to: inputs.properties.recoveryNetworkId }),
  );
}

/** Whether an id names a network that a machine can join at the recovery side. */
export function isNetwork(parts: EngineParts, id: string): boolean {
  const kind = findThing(parts.store, id)?.kind;
  return kind === "virtual-network" || kind === "vm-network";
}

/** What to do about a card that has no network, by where the flow's networks come from. */
const remedies: Record<Flow["networksFrom"], (argument: string) => string> = {
  mapping: (argument) => `Add a network mapping, or set ${argument}`,
  item: (argument) => `Set ${argument}`,
  sameName: () => "Declare it",
};

/**
 * The item's own network if it has one, else the fabric's network mappings, else (second site of a VMware fabric)
 * the network of the same name. Throws `PrerequisitesNotMet` for a card that has none: without a network nothing
 * can be protected.
 */
export function recoveryNetworks(
  parts: EngineParts,
  place: { readonly flow: Flow; readonly fabricId: string },
  machine: Pick<MachineDefinition, "name" | "nics">,
  inputs: ItemInputs,
): NetworkChoice[] {
  const { networksFrom } = place.flow;
  if (networksFrom === "sameName") return machine.nics.map(({ network }) => ({ from: network, to: network }));
  const own = protectionOf(inputs).networkId;
  const isMigration = place.flow.purpose === "migration";
  const argument = isMigration ? "targetNetworkId" : "targetAzureNetworkId";
  const mappings = networksFrom === "mapping" ? mappingsOf(parts, place.fabricId) : [];
  return machine.nics.map(({ network }) => {
    const to = own ?? mappings.find((mapping) => mapping.from === network)?.to;
    if (to !== undefined && isNetwork(parts, to)) return { from: network, to };
    const what =
      to === undefined
        ? `its network "${network}" is mapped to no virtual network. ${remedies[networksFrom](argument)}`
        : `the virtual network ${nameOf(to)} does not exist. Declare it first`;
    const message = said`${machine.name} cannot be protected: ${what}. (Without a network nothing can be protected.)`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, {
      target: machine.name,
      property: `properties.providerSpecificDetails.${argument}`,
    });
  });
}

/** Whether machines in production fail over to this network, so that a drill must not use it. */
export function isRecoveryNetwork(parts: EngineParts, networkId: string): boolean {
  const mapped = listThings<NetworkMappingInputs>(parts.store, { kind: "network-mapping" }).map(
    ({ inputs }) => inputs.properties.recoveryNetworkId,
  );
  const chosen = listItemThings(parts).flatMap(({ inputs }) => protectionOf(inputs).networkId ?? []);
  return [...mapped, ...chosen].some((id) => sameId(id, networkId));
}
