/** The settings of sites, their servers, and what leads from one side to the other. */
import fs from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { parse } from "yaml";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { processIdentity } from "../../../provider/process-identity.ts";
import type { FlowId } from "../../../provider/engine/flows.ts";
import type { FlowSite, FlowSiteOptions } from "../../engine/flow-site.ts";
import { quiet } from "../../engine/fixture.ts";
import { vault } from "../migration-of.ts";
import { clockOf, cycle, makeSite, write } from "./looks.ts";
import {
  behaviour,
  behaviourAlone,
  each,
  label,
  refused,
  replaces,
  type Row,
  type Table,
  type World,
} from "./row.ts";

const scope = ["resourceGroupName", "resourceName", "fabricName"];
const named = (...names: string[]): ReturnType<typeof each> => each([...scope, ...names], replaces);

/** A site with a protected machine, and one of its components. */
async function world(flow: FlowId, name: string, more: Partial<FlowSiteOptions> = {}): Promise<World> {
  const site = await makeSite(flow, more);
  await site.protect();
  return worldOf(site, name);
}

function worldOf(site: FlowSite, name: string): World {
  const id = site.ids.get(name)!;
  return { site, id, inputs: site.engine.findThing<object>(id)!.inputs };
}

/** What is declared in the site of the machines beside all that a flow needs. */
async function worldWith(flow: FlowId, kind: KindName, inputs: object): Promise<World> {
  const site = await makeSite(flow);
  await site.declare("own", kind, { ...vault, fabricName: "london", ...inputs });
  await site.protect();
  return worldOf(site, "own");
}

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

/** Another folder has no replica in it, and is not taken for the one that has. */
const storageFolder = behaviour(async ({ site, change }) => {
  await cycle(site);
  await change(site.at("paris", "elsewhere"));
  await expect(cycle(site)).rejects.toMatchObject({ code: "TargetUnreachable" });
});

/** Whether a setting of a line keeps a cycle from running. */
const closes = (to: unknown, words: RegExp): Row =>
  behaviour(async ({ site, change }) => {
    await cycle(site);
    await change(to);
    await expect(cycle(site)).rejects.toThrow(words);
  });

/** Seconds that a cycle takes which sends a block of 64 KiB that cannot be compressed. */
async function secondsOfCycle(site: FlowSite): Promise<number> {
  await write(site.image());
  const begin = clockOf(site).now();
  await cycle(site);
  return (clockOf(site).now() - begin) / 1000;
}

const workHours = { days: ["Wednesday"], from: "08:00", to: "18:00", timeZone: "Europe/London" };
const bandwidth = { limitKilobitsPerSecond: 1_000_000, workHours, workHoursLimitKilobitsPerSecond: 1000 };

/** The line is slow in the work hours, in which the clock is, and fast once they are others. */
const speed = (to: unknown): Row =>
  behaviour(async ({ site, change }) => {
    expect(await secondsOfCycle(site)).toBeGreaterThan(0.3);
    await change(to);
    expect(await secondsOfCycle(site)).toBeLessThan(0.1);
  });

async function serverWorld(): Promise<World> {
  const site = await makeSite("S3");
  const cacheFolder = site.at("london", "cache");
  const server = { ...vault, fabricName: "london", processServerName: "ps", cacheFolder, bandwidth };
  await site.declare("own", "process-server", server);
  await site.protect();
  return worldOf(site, "own");
}

/** Sealed data waits in the folder: the work stops when it is gone. */
const cacheFolder = behaviour(async ({ site, change }) => {
  const other = site.at("london", "other-cache");
  await change(other);
  fs.renameSync(other, `${other}.away`);
  await expect(cycle(site)).rejects.toThrow(/other-cache/);
  fs.renameSync(`${other}.away`, other);
  await cycle(site);
});

/** What a process that lives has in the cache leaves room, or none. */
const cacheLimit = behaviourAlone(async ({ site, change, inputs }) => {
  const [host] = processIdentity().split(":");
  const stat = fs.readFileSync(`/proc/${process.ppid}/stat`, "latin1");
  const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  const { cacheFolder: folder } = inputs as { cacheFolder: string };
  const other = path.join(folder, encodeURIComponent(`${host}:${process.ppid}:${ticks}`));
  fs.mkdirSync(other);
  fs.writeFileSync(path.join(other, "segment"), "");
  fs.truncateSync(path.join(other, "segment"), 500 * 1_048_576);
  await write(site.image());
  await cycle(site);
  await change(128);
  await write(site.image());
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  await expect(site.engine.replicate(site.itemId(), { ...quiet, signal: stop.signal })).rejects.toMatchObject(
    { code: "Cancelled" },
  );
  fs.rmSync(other, { recursive: true });
});

/** Where a failover puts the machine's network card. */
async function networkAfterFailover(site: FlowSite): Promise<string> {
  await site.engine.moves.failover(site.itemId(), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
  const file = path.join(path.dirname(site.replica()), "machine.yaml");
  const { nics } = parse(fs.readFileSync(file, "utf8")) as { nics: { network: string }[] };
  await site.engine.moves.cancel(site.itemId(), quiet);
  return nics[0]!.network;
}

const recoveryNetwork = behaviour(async ({ site, change }) => {
  expect(await networkAfterFailover(site)).toBe("recovery-net");
  await change(site.ids.get("drill network"));
  expect(await networkAfterFailover(site)).toBe("drill-net");
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

async function mappingWorld(): Promise<World> {
  const { site, id, inputs } = await world("S3", "mapping");
  const storageAccountId = site.ids.get("storage");
  const { properties } = inputs as { properties: object };
  const providerSpecificInput = { instanceType: "VMwareCbt", storageAccountId, targetLocation: "westeurope" };
  const secrets = {
    keyVaultId: "/subscriptions/0/resourceGroups/dr/providers/Microsoft.KeyVault/vaults/kv",
    keyVaultUri: "https://kv.example.com",
    serviceBusConnectionStringSecretName: "bus",
    storageAccountSasSecretName: "sas",
  };
  const full = {
    ...inputs,
    properties: { ...properties, providerSpecificInput: { ...providerSpecificInput, ...secrets } },
  };
  await handlerOf("container-mapping", site.engine).update(id, inputs, full, quiet);
  return { site, id, inputs: full };
}

async function classWorld(name: string): Promise<World> {
  const site = await makeSite("S6", { machine: { storageClassification: "fast" } });
  for (const [fabricName, one] of [
    ["london", "fast"],
    ["paris", "slow"],
    ["paris", "slower"],
  ] as const) {
    const inputs = { ...vault, fabricName, storageClassificationName: one, folder: site.at(fabricName, one) };
    await site.declare(one, "storage-classification", inputs);
  }
  await site.declare("class mapping", "storage-classification-mapping", {
    ...vault,
    fabricName: "london",
    storageClassificationName: "fast",
    storageClassificationMappingName: "fast-to-slow",
    properties: { targetStorageClassificationId: site.ids.get("slow") },
  });
  await site.protect();
  return worldOf(site, name);
}

async function cloudNetworkWorld(): Promise<World> {
  const made = await world("S6", "VM network");
  const cloud = {
    ...vault,
    fabricName: "london",
    protectionContainerName: "others",
    capabilityProfile: "Hyper-V",
  };
  await handlerOf("protection-container", made.site.engine).create(cloud, quiet);
  return made;
}

const line = { networkPathName: "line", purpose: "replication", connection: "PublicEndpoint" };
const lan = {
  networkPathName: "lan",
  purpose: "replication",
  connection: "Lan",
  recoveryFabricName: "paris",
};
const mapping = "properties.providerSpecificInput";
const recorded = label("Azure's own; no step of the engine needs it");

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
  "process-server": {
    worlds: { "": serverWorld },
    rows: {
      ...named("processServerName"),
      cacheFolder,
      cacheLimitMebibytes: cacheLimit,
      "bandwidth.limitKilobitsPerSecond": behaviourAlone(async ({ site, change }) => {
        clockOf(site).advance(12 * 3_600_000);
        expect(await secondsOfCycle(site)).toBeLessThan(0.1);
        await change(1000);
        expect(await secondsOfCycle(site)).toBeGreaterThan(0.3);
      }),
      "bandwidth.workHours.days[]": speed(["Monday"]),
      "bandwidth.workHours.from": speed("14:00"),
      "bandwidth.workHours.to": speed("09:00"),
      "bandwidth.workHours.timeZone": speed("America/New_York"),
      "bandwidth.workHoursLimitKilobitsPerSecond": speed(1_000_000),
    },
  },
  "container-mapping": {
    worlds: { "": mappingWorld },
    rows: {
      ...named("protectionContainerName", "mappingName"),
      ...each(["properties.policyId", "properties.targetProtectionContainerId"], replaces),
      [`${mapping}.instanceType`]: refused("A2A", /instanceType/),
      [`${mapping}.storageAccountId`]: refused(
        "/subscriptions/0/nowhere",
        /needs the storage account "nowhere"/,
      ),
      ...each(
        ["targetLocation", "serviceBusConnectionStringSecretName", "storageAccountSasSecretName"],
        recorded,
        `${mapping}.`,
      ),
      [`${mapping}.keyVaultId`]: label(
        "secrets are Azure's",
        "/subscriptions/0/resourceGroups/dr/providers/a/b/c",
      ),
      [`${mapping}.keyVaultUri`]: label("secrets are Azure's", "https://other.example.com"),
    },
  },
  "vm-network": {
    worlds: { "": cloudNetworkWorld },
    rows: {
      ...named("networkName"),
      logicalNetworkName: label("networks are names here; what they run over is the hosts' business"),
      protectionContainerName: label("each machine of the site may be on each of its networks", "others"),
    },
  },
  "network-mapping": {
    worlds: {
      "": () => world("S3", "network mapping"),
      "properties.fabricSpecificDetails": () => world("S6", "network mapping"),
    },
    rows: {
      ...named("networkName", "networkMappingName"),
      "properties.recoveryNetworkId": recoveryNetwork,
      "properties.recoveryFabricName": refused("paris", /the network recovery-net is in "Microsoft Azure"/),
      "properties.fabricSpecificDetails.instanceType": refused("VmmToAzure", /write "VmmToVmm"/),
    },
  },
  "storage-classification": {
    worlds: { "": () => classWorld("slow") },
    rows: { ...named("storageClassificationName"), folder: storageFolder },
  },
  "storage-classification-mapping": {
    worlds: { "": () => classWorld("class mapping") },
    rows: {
      ...named("storageClassificationName", "storageClassificationMappingName"),
      "properties.targetStorageClassificationId": replaces,
    },
  },
};
