import { CheckFailure } from "./handler.ts";
import { identifierOf, isIdOf, nameOf, parentOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { fabricKind } from "../kinds/fabric.ts";
import { processServerKind } from "../kinds/process-server.ts";
import { type ServicesProviderInputs, servicesProviderKind } from "../kinds/services-provider.ts";
import { type VcenterInputs, vcenterKind, type VcenterOutputs } from "../kinds/vcenter.ts";
import { isVsphereUri, vsphereUriProblem } from "../vsphere-uri.ts";
import { inventoryFailures, withAbsoluteFolder } from "./absolute-folder.ts";
import { fabricIdOf, refuse, requireFabricType, requireProvider, type Ruled } from "./fabric-rules.ts";
import { parentReference, type Reference, type SettingsKind } from "./settings-handler.ts";
import { given, joined, said } from "../message.ts";

/** Port of the vSphere API. */
const defaultPort = "443";

/** The account is one that the configuration server has; without a choice of its own any of them does. */
function requireAccount(ruled: Ruled, account: string | undefined): void {
  if (account === undefined) return;
  const server = ruled.engine.components.providerOf(fabricIdOf(ruled.inputs))!;
  const { runAsAccounts = [] } = server.inputs as unknown as ServicesProviderInputs;
  if (runAsAccounts.includes(account)) return;
  const known = runAsAccounts.length === 0 ? said`which has none` : said`which has ${joined(runAsAccounts)}`;
  const name = given(account, "properties.runAsAccountId");
  const reason = said`names the account ${name}, which is none of the configuration server ${nameOf(server.id)}'s`;
  refuse(ruled, "properties.runAsAccountId", said`${reason}, ${known}; add it to its runAsAccounts`);
}

/** The process server that discovers: one of its own, or the configuration server for the one on it (C-2). */
function discoverer(id: string | undefined): Reference[] {
  if (id === undefined) return [];
  const kind = isIdOf(servicesProviderKind, id) ? servicesProviderKind : processServerKind;
  return [{ property: "properties.processServerId", kind, id }];
}

async function healthErrors(
  engine: Engine,
  id: string,
  folder: string,
): Promise<VcenterOutputs["properties"]["healthErrors"]> {
  return [
    ...((await engine.components.isReachable(folder))
      ? []
      : [
          {
            errorCode: "VcenterNotReachable",
            summaryMessage: isVsphereUri(folder)
              ? `${folder} does not answer, or not with its account. Run siterecovery inventory vcenter to see why.`
              : `The folder ${folder} is gone. Bring it back.`,
          },
        ]),
    ...(engine.components.providerOf(parentOf(id))
      ? []
      : [
          {
            errorCode: "ConfigurationServerMissing",
            summaryMessage: "No configuration server is registered in the fabric. Declare it again.",
          },
        ]),
  ];
}

export const vcenterSettings: SettingsKind<VcenterInputs, VcenterOutputs> = {
  kind: vcenterKind,
  withDefaults: (inputs) => ({
    ...withAbsoluteFolder(inputs, "inventoryFolder"),
    properties: { ...inputs.properties, port: inputs.properties?.port ?? defaultPort },
  }),
  references: (inputs) => [
    parentReference(fabricKind, "fabricName", inputs),
    ...discoverer(inputs.properties?.processServerId),
  ],
  rules: (inputs) =>
    inputs.inventoryFolder === undefined
      ? [
          new CheckFailure(
            "inventoryFolder",
            said`is missing: the embedded engine needs the folder that holds the virtual machines of the vCenter
                server's hosts (one folder a machine, each with a machine.yaml and its disk images), or the address of a
                real server, vsphere://<host>?credentials-file=<file>`,
          ),
        ]
      : inventoryFailures(inputs, vsphereUriProblem),
  outputs: async (engine, id, inputs) => {
    const folder = inputs.inventoryFolder ?? "";
    const errors = await healthErrors(engine, id, folder);
    return {
      name: nameOf(id),
      type: vcenterKind.armType,
      properties: {
        friendlyName: inputs.properties?.friendlyName ?? nameOf(id),
        internalId: identifierOf(id),
        discoveryStatus: errors.length === 0 ? "Completed" : "Failed",
        lastHeartbeat: engine.components.lastSeen(id),
        discoveredMachineCount: errors.length === 0 ? await engine.components.machineCount(folder) : 0,
        infrastructureId: engine.components.providerOf(parentOf(id))?.id ?? "",
        fabricArmResourceName: inputs.fabricName,
        healthErrors: errors,
      },
    };
  },
  require: (engine, id, inputs) => {
    const ruled = { engine, kind: vcenterKind, id, inputs };
    requireFabricType(ruled, ["VMware"], "a vCenter server manages ESXi hosts");
    requireProvider(
      ruled,
      "configuration server",
      "it discovers the virtual machines through the vCenter server",
    );
    requireAccount(ruled, inputs.properties?.runAsAccountId);
    const folder = inputs.inventoryFolder!;
    engine.components.requireInventory(id, vcenterKind.kind, { property: "inventoryFolder", folder });
  },
};
