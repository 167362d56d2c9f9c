/** The settings of vaults and of the two kinds that stand for Azure: nearly all are Azure's own, and recorded. */
import type { KindName } from "../../../provider/kinds/kind.ts";
import { makeSite } from "./looks.ts";
import { each, label, refused, replaces, type Rows, type Table, type World } from "./row.ts";

const ofAzure = "the embedded target has nothing that it could change";

async function world(name: string): Promise<World> {
  const site = await makeSite("S3");
  const id = site.ids.get(name)!;
  return { site, id, inputs: site.engine.findThing<object>(id)!.inputs };
}

/** Subnets are within the address space of their network. */
async function networkWorld(): Promise<World> {
  const made = await world("network");
  return { ...made, inputs: { ...made.inputs, addressSpace: { addressPrefixes: ["10.0.0.0/16"] } } };
}

const alerts = "properties.monitoringSettings";
const azureAlerts = [
  "alertsForAllJobFailures",
  "alertsForAllReplicationIssues",
  "alertsForAllFailoverIssues",
];
const classicAlerts = ["alertsForCriticalOperations", "emailNotificationsForSiteRecovery"];

const vaultRows: Rows = {
  ...each(["resourceGroupName", "vaultName", "location"], replaces),
  ...each(["sku.tier", "sku.family", "sku.size", "sku.capacity", "tags.*"], label(ofAzure)),
  "sku.name": label(ofAzure, "RS0"),
  "properties.publicNetworkAccess": label(ofAzure, "Disabled"),
  "properties.redundancySettings.standardTierStorageRedundancy": label(ofAzure, "GeoRedundant"),
  "properties.redundancySettings.crossRegionRestore": label(ofAzure, "Enabled"),
  ...each(
    azureAlerts,
    label("`siterecovery alerts` shows all", "Disabled"),
    `${alerts}.azureMonitorAlertSettings.`,
  ),
  ...each(classicAlerts, label("the engine sends no mail", "Disabled"), `${alerts}.classicAlertSettings.`),
};

const withoutUrl = /says nothing without a url/;

const accountRows: Rows = {
  ...each(["resourceGroupName", "accountName", "location"], replaces),
  kind: label(ofAzure, "Storage"),
  "sku.name": label(ofAzure, "Standard_GRS"),
  "tags.*": label(ofAzure),
  url: replaces,
  // What they change where there is a URL, test/engine/object-storage shows on servers.
  ...each(["endpoint", "region", "certificateAuthorityFile"], refused("other", withoutUrl)),
  ...each(["credentials.environmentVariable", "credentials.file"], refused("KEY", withoutUrl)),
  pathStyle: refused(true, withoutUrl),
  retentionLock: refused("compliance", withoutUrl),
  mayDelete: refused(false, withoutUrl),
};

const networkRows: Rows = {
  ...each(["resourceGroupName", "virtualNetworkName", "location"], replaces),
  "addressSpace.addressPrefixes[]": refused(["10.0.0.0/33"], /10\.0\.0\.0\/33/),
  "subnets[].name": label("replica machines join a network as a whole", [
    { name: "other", addressPrefix: "10.0.1.0/24" },
  ]),
  "subnets[].addressPrefix": refused([{ name: "web", addressPrefix: "10.0.0.0/33" }], /10\.0\.0\.0\/33/),
  "tags.*": label(ofAzure),
};

export const azureTables: Partial<Record<KindName, Table>> = {
  vault: { worlds: { "": () => world("vault") }, rows: vaultRows },
  "storage-account": { worlds: { "": () => world("storage") }, rows: accountRows },
  "virtual-network": { worlds: { "": networkWorld }, rows: networkRows },
};
