/** The settings of what leads from one side to the other: mappings, networks, storage classes. */
import { expect } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { quiet } from "../../engine/fixture.ts";
import { vault } from "../migration-of.ts";
import { makeSite } from "./looks.ts";
import { whereMoved } from "./move-looks.ts";
import { behaviour, each, label, refused, replaces, type Table, type World } from "./row.ts";
import { named, recorded, storageFolder, world, worldOf } from "./site-world.ts";

const recoveryNetwork = behaviour(async ({ site, change }) => {
  expect((await whereMoved(site)).network).toBe("recovery-net");
  await change(site.ids.get("drill network"));
  expect((await whereMoved(site)).network).toBe("drill-net");
});
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
const mapping = "properties.providerSpecificInput";
export const mappingTables: Partial<Record<KindName, Table>> = {
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
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/dr/providers/Microsoft.KeyVault/vaults/other",
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
      "properties.recoveryFabricName": refused("paris", /network .recovery-net. is in .Microsoft Azure./),
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
