import { armIdOf, nameOf, parentOf } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import { microsoftAzure } from "../kinds/kind.ts";
import {
  defaultDataPort,
  type NetworkPathInputs,
  networkPathKind,
  type NetworkPathOutputs,
} from "../kinds/network-path.ts";
import { CheckFailure } from "./handler.ts";
import { refuse, requireFabricType } from "./fabric-rules.ts";
import { known, parentReference, type Reference, type SettingsKind } from "./settings-handler.ts";
import { given, plain, said, suggestion } from "../message.ts";

type Connection = NetworkPathInputs["connection"];

/** What may carry what, and why nothing else: V2A-6, V2F-6 and the row S6. */
const ways: Record<
  "toAzure" | "fromAzure" | "betweenSites",
  { allowed: readonly Connection[]; why: string }
> = {
  toAzure: {
    allowed: ["PublicEndpoint", "ExpressRoutePublicPeering"],
    why: "replication to Azure goes to the public endpoint of the storage account, which this does not reach",
  },
  fromAzure: {
    allowed: ["SiteToSiteVpn", "ExpressRoutePrivatePeering"],
    why: "failback from Azure comes out of a virtual network, which this does not reach",
  },
  betweenSites: {
    allowed: ["Lan", "SiteToSiteVpn"],
    why: "data between sites goes from server to server over a LAN or a VPN",
  },
};

function checkConnection(inputs: NetworkPathInputs): CheckFailure[] {
  const [end, purpose] = [inputs.recoveryFabricName, inputs.purpose];
  if ([end, purpose, inputs.connection].some((value) => value !== undefined && known(value) === undefined))
    return [];
  const direction = purpose === "replication" ? "toAzure" : "fromAzure";
  const { allowed, why } = ways[isAzure(end) ? direction : "betweenSites"];
  if (allowed.includes(inputs.connection)) return [];
  const reason = said`is ${given(inputs.connection, "connection")}, which is not supported here${suggestion(["purpose", "recoveryFabricName"], said`: ${plain(why)}; use ${plain(allowed.join(" or "))}`)}`;
  return [new CheckFailure("connection", reason)];
}

function isAzure(end: string | undefined): boolean {
  return end === undefined || end.toLowerCase() === microsoftAzure.toLowerCase();
}

/** The fabric at the other end, when it is not Azure. */
function otherEnd(inputs: NetworkPathInputs): Reference[] {
  if (isAzure(inputs.recoveryFabricName)) return [];
  const id = armIdOf(fabricKind, { ...inputs, fabricName: inputs.recoveryFabricName });
  return [{ property: "recoveryFabricName", kind: fabricKind, id }];
}

export const networkPathSettings: SettingsKind<NetworkPathInputs, NetworkPathOutputs> = {
  kind: networkPathKind,
  withDefaults: (inputs) => ({
    ...inputs,
    recoveryFabricName: inputs.recoveryFabricName ?? microsoftAzure,
    closedPorts: inputs.closedPorts ?? [],
    dataPort: inputs.dataPort ?? defaultDataPort,
    connected: inputs.connected ?? true,
  }),
  references: (inputs) => [parentReference(fabricKind, "fabricName", inputs), ...otherEnd(inputs)],
  rules: checkConnection,
  outputs: (engine, id, inputs) => {
    const { ports, problem } = engine.components.pathState(parentOf(id), inputs);
    return {
      name: nameOf(id),
      type: networkPathKind.armType,
      properties: {
        friendlyName: nameOf(id),
        health: problem === undefined ? "Normal" : "Critical",
        requiredPorts: ports,
        reason: problem ?? "",
      },
    };
  },
  require: (engine, id, inputs) => {
    const ruled = { engine, kind: networkPathKind, id, inputs };
    requireFabricType(ruled, ["HyperVSite", "VMM", "VMware"], "a path begins at a site");
    if (inputs.recoveryFabricName?.toLowerCase() === inputs.fabricName.toLowerCase())
      refuse(ruled, "recoveryFabricName", said`is the fabric itself; name the one at the other end`);
  },
};
