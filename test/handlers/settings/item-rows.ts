/** The settings of protected items and protection clusters. */
import fs from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { quiet } from "../../engine/fixture.ts";
import { clusterOf, nodes } from "../cluster-of.ts";
import { vault } from "../migration-of.ts";
import { nowhere, ofAzure, recorded, replicaDeletion, scope, under } from "./item-looks.ts";
import { cycle, makeSite } from "./looks.ts";
import { moveRows, whereMoved } from "./move-looks.ts";
import {
  behaviour,
  behaviourAlone,
  each,
  label,
  refused,
  replaces,
  type Row,
  type Rows,
  type Table,
  type World,
} from "./row.ts";

async function itemWorld(flow: FlowId): Promise<World> {
  const site = await makeSite(flow, { machines: flow === "S1" ? ["web1", "web2"] : ["web1"] });
  const inputs = site.inputs();
  await handlerOf("protected-item", site.engine).create(inputs, quiet);
  return { site, id: site.itemId(), inputs };
}

/** An item whose moves are unplanned, so that they may name a recovery point. */
async function unplannedWorld(): Promise<World> {
  const site = await makeSite("S3");
  const inputs = { ...site.inputs(), failover: { kind: "unplanned" } } as const;
  await handlerOf("protected-item", site.engine).create(inputs, quiet);
  return { site, id: site.itemId(), inputs };
}
async function clusterWorld(): Promise<World> {
  const site = await makeSite("S3", { machines: [...nodes, "web1"] });
  for (const name of [...nodes, "web1"]) await site.protect(name);
  const inputs = clusterOf(site, {}, { failover: { kind: "unplanned" } });
  const { id } = await handlerOf("protection-cluster", site.engine).create(inputs, quiet);
  return { site, id, inputs };
}
const ofTarget = (to: string, seen: "folder" | "name" | "network", value: string): Row =>
  behaviour(async ({ site, id, change }) => {
    const look = async (): Promise<string> => (await whereMoved(site, id))[seen];
    const isThere = (text: string): boolean =>
      seen === "folder" ? text.split(path.sep).includes(value) : text === value;
    expect(isThere(await look())).toBe(false);
    await change(to);
    expect(isThere(await look())).toBe(true);
  });

const drillNetwork: Row = behaviour(async ({ site, change }) => {
  expect((await whereMoved(site)).network).not.toBe("drill-net");
  await change(site.ids.get("drill network"));
  expect((await whereMoved(site)).network).toBe("drill-net");
});

/** The machine shares points with those of the same group. */
const groupName: Row = behaviourAlone(async ({ site, change }) => {
  const inputs = site.inputs("web2");
  const settings = { ...inputs.properties!.providerSpecificDetails!, multiVmGroupName: "shop" };
  const wanted = { ...inputs, properties: { ...inputs.properties, providerSpecificDetails: settings } };
  await handlerOf("protected-item", site.engine).create(wanted as typeof inputs, quiet);
  const isShared = async (): Promise<boolean> =>
    (await site.engine.recoveryPoints(site.itemId())).at(-1)!.multiVm;
  await cycle(site);
  expect(await isShared()).toBe(false);
  await change("shop");
  await cycle(site);
  expect(await isShared()).toBe(true);
});

/** The way back goes to the master target that is named. */
const wayBack: Row = behaviourAlone(async ({ site, change }) => {
  const folder = site.at("london", "mt");
  const target = { ...vault, fabricName: "london", masterTargetName: "mt", storageFolder: folder };
  const other = { ...target, masterTargetName: "a-first-one", storageFolder: site.at("london", "first") };
  await handlerOf("master-target", site.engine).create(other, quiet);
  const { id } = await handlerOf("master-target", site.engine).create(target, quiet);
  await expect(change(`${id}-missing`)).rejects.toThrow(/no master target mt-missing/);
  await change(id);
  await site.engine.moves.failover(site.itemId(), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
  await site.engine.moves.commit(site.itemId(), quiet);
  await site.engine.moves.reverseReplicate(site.itemId(), quiet);
  expect(site.item().details.reverse!.replicaStoreId).toBe(id);
});

/** Whether a planned failover compares the disks of the machine that it has shut down. */
const verify: Row = behaviour(async ({ site, change }) => {
  const lines: string[] = [];
  const failOver = async (): Promise<string> => {
    const progress = { report: (line: unknown) => void lines.push(String(line)) };
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, progress);
    await site.engine.moves.cancel(site.itemId(), quiet);
    return lines.splice(0).join("\n");
  };
  expect(await failOver()).toMatch(/all disks were compared/);
  await change("never");
  expect(await failOver()).not.toMatch(/all disks were compared/);
});

/** Whether a machine that a hypervisor can serve is copied before it starts. */
const start: Row = behaviourAlone(async ({ site, id, change }) => {
  const file = path.join(path.dirname(site.image()), "machine.yaml");
  fs.appendFileSync(file, "qemu: { acceleration: tcg }\n");
  const seen = async (): Promise<string> => {
    const { steps } = await site.engine.moves.foresee(id, {
      action: "failover",
      kind: "planned",
      recoveryPoint: "latest",
    });
    return steps.find(({ action }) => action === "make")!.text;
  };
  expect(await seen()).toMatch(/; its disks are copied while it runs$/);
  await change("copied");
  expect(await seen()).not.toMatch(/copied/);
});

const disableWhileFailedOver: Row = behaviourAlone(async ({ site, id, change }) => {
  await site.engine.moves.failover(id, { kind: "planned", recoveryPoint: "latest" }, quiet);
  const handler = handlerOf("protected-item", site.engine);
  await expect(handler.delete(id, quiet)).rejects.toThrow(/allowDisableWhileFailedOver: true/);
  await change(true);
  await handler.delete(id, quiet);
  expect(site.engine.findItem(id)).toBeUndefined();
});

/** The machines of a cluster share their points. */
const members: Row = behaviour(async ({ site, change }) => {
  const isShared = async (): Promise<boolean> =>
    (await site.engine.recoveryPoints(site.itemId("web1"))).at(-1)!.multiVm;
  await cycle(site, site.itemId("web1"));
  expect(await isShared()).toBe(false);
  await change([...nodes, "web1"].map((name) => site.itemId(name)));
  await cycle(site, site.itemId("web1"));
  expect(await isShared()).toBe(true);
});
const hyperV = "properties.providerSpecificDetails(HyperVReplicaAzure).";
const vmware = "properties.providerSpecificDetails(InMageAzureV2).";
const toSite = "properties.providerSpecificDetails(InMage).";

/** What a machine becomes in Azure, alike for all that goes there. */
const inAzure: Rows = {
  targetAzureNetworkId: drillNetwork,
  targetAzureVmName: ofTarget("web1-there", "name", "web1-there"),
  targetAzureV2ResourceGroupId: ofTarget("/subscriptions/0/resourceGroups/cloud", "folder", "cloud"),
  ...each(["targetAzureSubnetId", "targetVmSize", "enableRdpOnTargetOption", "targetVmTags.*"], recorded),
  licenseType: label(ofAzure, "WindowsServer"),
};
const hyperVRows: Rows = {
  ...each(["instanceType", "targetStorageAccountId", "disksToInclude[]"], replaces),
  ...each(["hvHostVmId", "vmName", "vhdId"], label("the machine is found by its name and its mark")),
  osType: label("machine.yaml says it", "Linux"),
  logStorageAccountId: label("the account of the replica keeps all", nowhere),
  useManagedDisks: label(ofAzure, "true"),
  ...inAzure,
};

const vmwareRows: Rows = {
  ...each(["instanceType", "storageAccountId"], replaces),
  ...each(["diskId", "logStorageAccountId", "diskType"], replaces, "disksToInclude[]."),
  logStorageAccountId: label("the account of the replica keeps all", nowhere),
  masterTargetId: wayBack,
  processServerId: refused(nowhere, /there is no process server nowhere/),
  runAsAccountId: refused("nobody", /no account "nobody" to push/),
  multiVmGroupName: groupName,
  multiVmGroupId: label("groups are known by their names"),
  ...inAzure,
};

const toSiteRows: Rows = {
  ...each(["instanceType", "disksToInclude[]"], replaces),
  masterTargetId: refused(nowhere, /is on the master target mt and cannot move/),
  processServerId: refused(nowhere, /there is no process server nowhere/),
  runAsAccountId: refused("nobody", /no account "nobody" to push/),
  vmFriendlyName: ofTarget("web1-there", "name", "web1-there"),
  multiVmGroupName: behaviour(async ({ site, change }) => {
    await change("shop");
    expect(site.item().details.groupName).toBe("shop");
  }),
  ...each(["retentionDrive", "multiVmGroupId", "datastoreName"], recorded),
};
export const itemTables: Partial<Record<KindName, Table>> = {
  "protected-item": {
    worlds: {
      "": () => itemWorld("S3"),
      [vmware]: () => itemWorld("S1"),
      [toSite]: () => itemWorld("S5"),
      failover: unplannedWorld,
    },
    rows: {
      ...each(
        [...scope, "replicatedProtectedItemName", "properties.policyId", "properties.protectableItemId"],
        replaces,
      ),
      ...under(hyperV, hyperVRows),
      ...under(vmware, vmwareRows),
      ...under(toSite, toSiteRows),
      ...moveRows("protected-item", "web1"),
      "failover.verify": verify,
      "failover.start": start,
      processServerId: refused(nowhere, /there is no process server nowhere/),
      allowDisableWhileFailedOver: disableWhileFailedOver,
      allowReplicaDeletion: replicaDeletion("protected-item"),
    },
  },
  "protection-cluster": {
    worlds: { "": clusterWorld },
    rows: {
      ...each([...scope, "replicationProtectionClusterName", "properties.protectionClusterType"], replaces),
      ...each(["properties.clusterFqdn"], label("a cluster is its protected items")),
      "properties.clusterNodeFqdns[]": label("a cluster is its protected items", ["db3.example.com"]),
      "properties.clusterProtectedItemIds[]": members,
      "properties.policyId": refused(nowhere, /nowhere/),
      "properties.recoveryContainerId": refused(nowhere, /nowhere/),
      ...moveRows("protection-cluster", "db1"),
    },
  },
};
