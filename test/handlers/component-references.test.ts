import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KindName } from "../../provider/kinds/kind.ts";
import { quiet } from "../engine/fixture.ts";
import { ComponentSites, registration, sites } from "./component-sites.ts";

let place: ComponentSites;
beforeEach(async () => {
  place = await ComponentSites.make();
  await place.register();
});
afterEach(() => place.remove());

const create = (kind: KindName, inputs: object): Promise<string> => place.make(kind, inputs);
const remove = (kind: KindName, id: string): Promise<void> => place.handler(kind).delete(id, quiet);
const idOf = (kind: KindName, ending: string): string =>
  place.engine.listThings({ kind }).find(({ id }) => id.endsWith(ending))!.id;

describe("a vCenter server", () => {
  const vcenter = (rest: object = {}): object => ({
    ...sites.rome,
    vcenterName: "vc1",
    inventoryFolder: place.folderOf("esxi", []),
    ...rest,
  });

  it("[C-6] needs a configuration server, and discovers the machines of its hosts through it", async () => {
    place.folderOf("discovered", ["web1", "sql1", "erp"]);
    const serverId = idOf("services-provider", "cs-rome");
    const inputs = vcenter({ inventoryFolder: `${place.folder}/discovered` });
    await remove("services-provider", serverId);
    const early = create("vcenter", inputs);
    await expect(early).rejects.toMatchObject({ code: "PrerequisitesNotMet", property: "fabricName" });
    await expect(early).rejects.toThrow(/vc1 needs a registered configuration server in the fabric rome/);
    await create("services-provider", registration(sites.rome, "cs-rome"));
    const id = await create("vcenter", inputs);
    expect(await place.outputs("vcenter", id)).toMatchObject({
      discoveryStatus: "Completed",
      discoveredMachineCount: 3,
      infrastructureId: serverId,
    });
    fs.rmSync(`${place.folder}/discovered`, { recursive: true });
    expect(await place.outputs("vcenter", id)).toMatchObject({
      discoveryStatus: "Failed",
      discoveredMachineCount: 0,
      healthErrors: [{ errorCode: "VcenterNotReachable" }],
    });
    expect(await place.outputs("fabric", idOf("fabric", "/rome"))).toMatchObject({ health: "Critical" });
  });

  it("is read with an account that the configuration server has", async () => {
    const properties = { runAsAccountId: "root" };
    await expect(create("vcenter", vcenter({ properties }))).rejects.toThrow(
      /the account 'root', which is none of the configuration server cs-rome's, which has push, reader/,
    );
    await expect(create("vcenter", { ...vcenter({ properties }), ...sites.milan })).rejects.toThrow(
      /cs-milan's, which has none; add it to its runAsAccounts/,
    );
  });
});

describe("the process server that discovers", () => {
  it("[C-2] is the configuration server or one of its own, and is not deleted under a vCenter server", async () => {
    const vcenter = (processServerId: string): object => ({
      ...sites.rome,
      vcenterName: "vc1",
      inventoryFolder: place.folderOf("esxi"),
      properties: { processServerId },
    });
    const serverId = idOf("services-provider", "cs-rome");
    const missing = serverId.replace(
      /replicationRecoveryServicesProviders.*$/,
      "replicationProcessServers/ps9",
    );
    await expect(create("vcenter", vcenter(missing))).rejects.toThrow(
      /vc1 needs the process server "ps9" \(processServerId\), and there is none/,
    );
    const first = await create("vcenter", vcenter(serverId));
    await expect(remove("services-provider", serverId)).rejects.toThrow(/in use by vCenter server vc1/);
    const ownId = await create("process-server", { ...sites.rome, processServerName: "ps1" });
    await place.handler("vcenter").update(first, vcenter(serverId), vcenter(ownId), quiet);
    await expect(remove("process-server", ownId)).rejects.toThrow(/in use by vCenter server vc1/);
    await remove("vcenter", first);
    await remove("process-server", ownId);
  });
});

describe("storage folders", () => {
  it("[C-4] of a master target are there, and share nothing with machines or another storage", async () => {
    const target = (masterTargetName: string, storageFolder: string): object => ({
      ...sites.rome,
      masterTargetName,
      storageFolder,
    });
    await expect(create("master-target", target("mt1", `${place.folder}/gone`))).rejects.toThrow(
      /master target mt1 cannot be declared: its folder .*gone \(storageFolder\) does not exist. Make or mount it/,
    );
    const inventoryFolder = place.folderOf("esxi", ["web1"]);
    await create("vcenter", { ...sites.rome, vcenterName: "vc1", inventoryFolder });
    for (const inside of [inventoryFolder, `${inventoryFolder}/web1`, place.folder]) {
      const overlapping = create("master-target", target("mt1", inside));
      await expect(overlapping).rejects.toMatchObject({
        code: "PrerequisitesNotMet",
        property: "storageFolder",
      });
      await expect(overlapping).rejects.toThrow(/overlaps with .*esxi of the vCenter server vc1/);
    }
    fs.symlinkSync(inventoryFolder, `${place.folder}/link`);
    await expect(create("master-target", target("mt1", `${place.folder}/link`))).rejects.toThrow(/overlaps/);
    const id = await create("master-target", target("mt1", place.folderOf("store")));
    await expect(create("master-target", target("mt2", place.folderOf("store/inner")))).rejects.toThrow(
      /overlaps with .*store of the master target mt1/,
    );
    const hosts = { ...sites.paris, protectionContainerName: "gold", hostName: "hv1" };
    await expect(
      create("host", { ...hosts, inventoryFolder: place.folderOf("store/machines") }),
    ).rejects.toThrow(/The host hv1 cannot have the folder .* of the master target mt1/);
    await create("master-target", target("mt2", place.folderOf("store-2")));
    fs.rmSync(`${place.folder}/store`, { recursive: true });
    expect(await place.outputs("master-target", id)).toMatchObject({ health: "Critical" });
  });
});

describe("a host of a VMM cloud", () => {
  it("needs its VMM server and its cloud, and keeps the cloud from being deleted", async () => {
    const host = { ...sites.paris, hostName: "hv1", inventoryFolder: place.folderOf("hv1") };
    await expect(create("host", { ...host, protectionContainerName: "silver" })).rejects.toThrow(
      /needs the protection container "silver" \(protectionContainerName\), and there is none/,
    );
    const id = await create("host", { ...host, protectionContainerName: "gold" });
    const cloud = idOf("protection-container", "paris/replicationProtectionContainers/gold");
    await expect(remove("protection-container", cloud)).rejects.toMatchObject({ code: "InUse" });
    await expect(remove("protection-container", cloud)).rejects.toThrow(/in use by host hv1/);
    // Nobody would reach the host without its server.
    const server = idOf("services-provider", "vmm-paris");
    await expect(remove("services-provider", server)).rejects.toThrow(/in use by host hv1/);
    fs.rmSync(`${place.folder}/hv1`, { recursive: true });
    expect(await place.outputs("host", id)).toMatchObject({
      connectionStatus: "Disconnected",
      health: "Critical",
    });
    await remove("host", id);
    await remove("protection-container", cloud);
  });
});
