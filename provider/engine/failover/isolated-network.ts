import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import { isNetwork, isRecoveryNetwork } from "../inventory/recovery-networks.ts";
import { said } from "../../message.ts";

/** Throws unless the network is there and no machine fails over to it for real. */
export function requireIsolatedNetwork(parts: EngineParts, drillId: string, networkId: string): void {
  const details = { target: drillId, property: "networkId" };
  if (!isNetwork(parts, networkId)) {
    const message = said`The drill ${nameOf(drillId)} needs the virtual network ${networkId}, and there is none. Declare it first.`;
    throw new SiteRecoveryError("MissingReference", message, details);
  }
  if (!isRecoveryNetwork(parts, networkId)) return;
  const message = said`The drill ${nameOf(drillId)} cannot use ${nameOf(networkId)}: machines fail over to that network for real.
      Use an isolated network, so that the test machine never meets production.`;
  throw new SiteRecoveryError("InvalidInput", message, details);
}
