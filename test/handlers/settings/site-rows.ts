/** The settings of sites and of their servers. */
import { expect } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { quiet } from "../../engine/fixture.ts";
import { vault } from "../migration-of.ts";
import { cycle, write } from "./looks.ts";
import { behaviour, each, label, refused, type Row, type Table, type World } from "./row.ts";
import { named, recorded, storageFolder, world, worldWith } from "./site-world.ts";

/** A folder that holds no machine: the protected one is not found any more. */
const inventoryFolder = (place: string): Row =>
  behaviour(async ({ site, change, inputs }) => {
    const { inventoryFolder: before } = inputs as { inventoryFolder: string };
    await cycle(site);
    await change(site.at("london", place));
    await expect(cycle(site)).rejects.toThrow(/web1/);
    await change(before);
    await write(site.image());
    expect(await cycle(site)).toMatchObject({ blocksSent: 1 });
  });
/** Whether a setting of a line keeps a cycle from running. */
const closes = (to: unknown, words: RegExp): Row =>
  behaviour(async ({ site, change }) => {
    await cycle(site);
    await change(to);
    await expect(cycle(site)).rejects.toThrow(words);
  });
/** A machine is replicated from a host of its own cloud only. */
const hostsCloud = behaviour(async ({ site, change }) => {
  const cloud = {
    ...vault,
    fabricName: "london",
    protectionContainerName: "others",
    capabilityProfile: "Hyper-V",
  };
  await handlerOf("protection-container", site.engine).create(cloud, quiet);
  await change("others");
  await expect(cycle(site)).rejects.toThrow(/its host hv1 is in the cloud others/);
});

/** An account is one that machines may name. */
const runAsAccounts = behaviour(async ({ site, change }) => {
  const inputs = site.inputs();
  const settings = { ...inputs.properties!.providerSpecificDetails!, runAsAccountId: "pusher" };
  const named = { ...inputs, properties: { ...inputs.properties, providerSpecificDetails: settings } };
  const update = (): Promise<unknown> =>
    handlerOf("protected-item", site.engine).update(site.itemId(), inputs, named, quiet);
  await expect(update()).rejects.toThrow(/no account "pusher".*It knows vcenter/);
  await change(["vcenter", "pusher"]);
  await update();
});

const shown = (to: string): Row =>
  behaviour(async ({ site, id, change }) => {
    await change(to);
    const { outputs } = (await handlerOf("vcenter", site.engine).read(id))!;
    expect(outputs).toMatchObject({ properties: { friendlyName: to } });
  });

const identity = ["tenantId", "applicationId", "objectId", "audience", "aadAuthority"];
const identities = [
  "authenticationIdentityInput",
  "resourceAccessIdentityInput",
  "dataPlaneAuthenticationIdentityInput",
].flatMap((name) => identity.map((key) => `properties.${name}.${key}`));
const fullIdentity = { tenantId: "t", applicationId: "a", objectId: "o", audience: "x", aadAuthority: "y" };

async function hostWorld(): Promise<World> {
  const { site, id, inputs } = await world("S3", "host");
  const { properties } = inputs as { properties: object };
  const full = {
    ...inputs,
    properties: { ...properties, dataPlaneAuthenticationIdentityInput: fullIdentity },
  };
  await handlerOf("services-provider", site.engine).update(id, inputs, full, quiet);
  return { site, id, inputs: full };
}
const line = { networkPathName: "line", purpose: "replication", connection: "PublicEndpoint" };
const lan = {
  networkPathName: "lan",
  purpose: "replication",
  connection: "Lan",
  recoveryFabricName: "paris",
};
export const siteTables: Partial<Record<KindName, Table>> = {
  fabric: {
    worlds: { "": () => world("S1", "Azure fabric") },
    rows: {
      ...named("properties.customDetails.instanceType"),
      "properties.customDetails.location": recorded,
    },
  },
  "services-provider": {
    worlds: {
      "": hostWorld,
      runAsAccounts: () => world("S1", "configuration server"),
      vContinuumConsole: () => world("S1", "configuration server"),
    },
    rows: {
      ...named("providerName", "properties.machineName"),
      ...each(["properties.machineId", "properties.biosId", "vContinuumConsole"], recorded),
      ...each(identities, recorded),
      inventoryFolder: inventoryFolder("hv2"),
      "runAsAccounts[]": runAsAccounts,
    },
  },
  "network-path": {
    worlds: {
      "": () => worldWith("S3", "network-path", line),
      recoveryFabricName: () => worldWith("S6", "network-path", lan),
      dataPort: () => worldWith("S1", "network-path", { ...line, closedPorts: [9500] }),
    },
    rows: {
      ...named("networkPathName", "purpose"),
      connection: refused("SiteToSiteVpn", /which is not supported here/),
      recoveryFabricName: refused("Microsoft Azure", /which is not supported here/),
      "closedPorts[]": closes([443], /port 443 .* is closed/),
      dataPort: closes(9500, /port 9500 \(data to the process server\) is closed/),
      connected: closes(false, /it is cut/),
    },
  },
  "protection-container": {
    worlds: { "": () => world("S6", "container") },
    rows: {
      ...named("protectionContainerName"),
      "properties.providerSpecificInput[].instanceType": label("flows follow from the policy", [
        { instanceType: "A2A" },
      ]),
      capabilityProfile: refused(undefined, /is missing: a VMM cloud/),
    },
  },
  host: {
    worlds: { "": () => world("S6", "host") },
    rows: {
      ...named("hostName"),
      protectionContainerName: hostsCloud,
      inventoryFolder: inventoryFolder("hv2"),
      recoveryServicesAgentInstalled: closes(false, /has no Recovery Services agent/),
    },
  },
  vcenter: {
    worlds: { "": () => world("S1", "vCenter") },
    rows: {
      ...named("vcenterName"),
      "properties.friendlyName": shown("the one in the cellar"),
      "properties.ipAddress": recorded,
      "properties.port": label("a folder has no port", "8443"),
      "properties.processServerId": refused("/subscriptions/0/nowhere", /needs the process server "nowhere"/),
      "properties.runAsAccountId": refused("nobody", /which is none of the configuration server/),
      inventoryFolder: inventoryFolder("other"),
    },
  },
  "master-target": {
    worlds: { "": () => world("S5", "second master target") },
    rows: { ...named("masterTargetName"), storageFolder },
  },
};
