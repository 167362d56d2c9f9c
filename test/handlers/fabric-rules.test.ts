import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { quiet } from "../engine/fixture.ts";
import { ComponentSites, inVault, registration, sites } from "./component-sites.ts";

let place: ComponentSites;
beforeEach(async () => {
  place = await ComponentSites.make();
});
afterEach(() => place.remove());

const create = (kind: Parameters<ComponentSites["make"]>[0], inputs: object): Promise<string> =>
  place.make(kind, inputs);

describe("a fabric", () => {
  it("is a Hyper-V site, or what its details say", async () => {
    const typeAt = async (name: string): Promise<unknown> => {
      const thing = place.engine.listThings({ kind: "fabric" }).find(({ id }) => id.endsWith(`/${name}`))!;
      return (await place.outputs("fabric", thing.id))["customDetails"];
    };
    expect(await typeAt("london")).toEqual({ instanceType: "HyperVSite" });
    expect(await typeAt("paris")).toEqual({ instanceType: "VMM" });
    expect(await typeAt("rome")).toEqual({ instanceType: "VMware" });
  });

  it("has a region only when it is an Azure one, and stays of its sort", async () => {
    const handler = place.handler("fabric");
    const of = (customDetails: object): object => ({ ...sites.paris, properties: { customDetails } });
    expect(await handler.check(of({ instanceType: "VMM", location: "westeurope" }))).toEqual([
      {
        property: "properties.customDetails.location",
        reason: "is a setting of an Azure fabric; a VMM fabric has none, so leave it out",
      },
    ]);
    expect(await handler.check(of({ instanceType: "VMm" }))).toEqual([
      {
        property: "properties.customDetails.instanceType",
        reason: expect.stringMatching(
          /'VMm' is not one of Azure, VMM, VMware, HyperVSite or FabricSpecificCreationInput/,
        ) as string,
      },
    ]);
    const id = place.engine.listThings({ kind: "fabric" }).find((one) => one.id.endsWith("/paris"))!.id;
    const answer = await handler.diff(id, of({ instanceType: "VMM" }), of({ instanceType: "VMware" }));
    expect(answer.replaces).toEqual(["properties.customDetails.instanceType"]);
  });
});

describe("a registration", () => {
  it("[C-1] is the configuration server in a VMware fabric, which has one", async () => {
    const runAsAccounts = ["push"];
    await create("services-provider", registration(sites.rome, "cs1", { runAsAccounts }));
    const second = create("services-provider", registration(sites.rome, "cs2"));
    await expect(second).rejects.toMatchObject({ code: "AlreadyExists", property: "fabricName" });
    await expect(second).rejects.toThrow(/The fabric rome has a configuration server already, cs1/);
    const changed = registration(sites.rome, "cs1", { runAsAccounts: ["push", "reader"] });
    const { id } = place.engine.listThings({ kind: "services-provider" })[0]!;
    await place.handler("services-provider").update(id, changed, changed, quiet);
    expect(await place.outputs("services-provider", id)).toMatchObject({
      fabricType: "VMware",
      connectionStatus: "Connected",
      protectedItemCount: 0,
    });
  });

  it("holds physical servers in a VMware fabric, whose folder is there", async () => {
    const inventoryFolder = `${place.folder}/physical`;
    const inputs = registration(sites.rome, "cs1", { inventoryFolder });
    await expect(create("services-provider", inputs)).rejects.toThrow(
      /services provider cs1 cannot be declared: its folder .*physical \(inventoryFolder\) does not exist/,
    );
    place.folderOf("physical", ["erp"]);
    const id = await create("services-provider", { ...inputs, vContinuumConsole: "admin-pc" });
    expect(await place.outputs("services-provider", id)).toMatchObject({ vContinuumConsole: "admin-pc" });
    expect(await place.outputs("fabric", id.split("/replicationRec")[0]!)).toMatchObject({
      health: "Normal",
    });
    await place.engine.removeThing(id);
  });

  it("is the VMM server in a VMM fabric, without machines of its own", async () => {
    const inventoryFolder = place.folderOf("machines");
    const withMachines = create("services-provider", registration(sites.paris, "vmm1", { inventoryFolder }));
    await expect(withMachines).rejects.toMatchObject({ code: "InvalidInput", property: "inventoryFolder" });
    await expect(withMachines).rejects.toThrow(/declare a ReplicationHost .* \(paris is a VMM fabric\)/);
    await create("services-provider", registration(sites.paris, "vmm1"));
    await expect(create("services-provider", registration(sites.paris, "vmm2"))).rejects.toThrow(
      /has a VMM server already, vmm1/,
    );
  });

  it("is a host in a Hyper-V site, with its machines and without accounts", async () => {
    await expect(create("services-provider", registration(sites.london, "hv1"))).rejects.toThrow(
      /inventoryFolder is missing: it is the folder that holds the host's machines/,
    );
    const inventoryFolder = place.folderOf("machines");
    const rest = { inventoryFolder, runAsAccounts: [] };
    await expect(create("services-provider", registration(sites.london, "hv1", rest))).rejects.toThrow(
      /runAsAccounts are accounts of a configuration server/,
    );
    const withConsole = registration(sites.london, "hv1", { inventoryFolder, vContinuumConsole: "admin-pc" });
    await expect(create("services-provider", withConsole)).rejects.toThrow(
      /vContinuumConsole is the console of a configuration server/,
    );
    await create("services-provider", registration(sites.london, "hv1", { inventoryFolder }));
    const other = { inventoryFolder: place.folderOf("machines-2") };
    await create("services-provider", registration(sites.london, "hv2", other));
    expect(place.engine.listThings({ kind: "services-provider" })).toHaveLength(2);
  });

  it("does not fit into an Azure fabric", async () => {
    const properties = { customDetails: { instanceType: "Azure" } };
    await create("fabric", { ...inVault, fabricName: "west", properties });
    const scope = { ...inVault, fabricName: "west" };
    await expect(create("services-provider", registration(scope, "x"))).rejects.toThrow(
      /belongs in a Hyper-V site or a VMM fabric or a VMware fabric \(west is an Azure fabric\)/,
    );
  });
});

describe("parts that belong into one sort of fabric", () => {
  it("are refused in another, with the reason", async () => {
    await place.register();
    const folder = place.folderOf("folder");
    const cloud = { protectionContainerName: "gold" };
    await create("protection-container", { ...sites.london, ...cloud });
    await create("protection-container", { ...sites.rome, ...cloud });
    const path = { networkPathName: "p", purpose: "replication", connection: "PublicEndpoint" };
    const host = { hostName: "h", ...cloud, inventoryFolder: folder };
    await expect(create("host", { ...sites.london, ...host })).rejects.toThrow(/belongs in a VMM fabric/);
    await expect(create("host", { ...sites.rome, ...host })).rejects.toThrow(/belongs in a VMM fabric/);
    const vcenter = { vcenterName: "v", inventoryFolder: folder };
    await expect(create("vcenter", { ...sites.paris, ...vcenter })).rejects.toThrow(/in a VMware fabric/);
    const target = { masterTargetName: "m", storageFolder: folder };
    await expect(create("master-target", { ...sites.paris, ...target })).rejects.toThrow(/in a VMware/);
    const network = { networkName: "n" };
    await expect(create("vm-network", { ...sites.london, ...network })).rejects.toThrow(
      /networks of a Hyper-V site are named by its machines alone/,
    );
    const storage = { storageClassificationName: "s", folder };
    await expect(create("storage-classification", { ...sites.rome, ...storage })).rejects.toThrow(/in a VMM/);
    await create("fabric", {
      ...inVault,
      fabricName: "west",
      properties: { customDetails: { instanceType: "Azure" } },
    });
    await expect(create("network-path", { ...inVault, fabricName: "west", ...path })).rejects.toThrow(
      /a path begins at a site/,
    );
    expect(place.engine.listThings({ kind: "host" })).toEqual([]);
  });
});
