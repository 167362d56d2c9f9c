import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unknownValue } from "../../provider/handlers/handler.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import { quiet } from "../engine/fixture.ts";
import { ComponentSites, inVault, sites } from "./component-sites.ts";

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

describe("a cloud", () => {
  it("has a capability profile, and other containers have none", async () => {
    const container = { protectionContainerName: "silver" };
    await expect(create("protection-container", { ...sites.paris, ...container })).rejects.toThrow(
      /capabilityProfile is missing: a VMM cloud is protected with one.* \(paris is a VMM fabric\)/,
    );
    const profile = { ...container, capabilityProfile: "Hyper-V" };
    await expect(create("protection-container", { ...sites.rome, ...profile })).rejects.toThrow(
      /capabilityProfile is a setting of VMM clouds; leave it out \(rome is a VMware fabric\)/,
    );
  });

  it("is mapped to Azure or to another cloud, and plays the recovery side of it", async () => {
    const policyId = await create("policy", {
      ...inVault,
      policyName: "five",
      properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure" } },
    });
    const target = idOf("protection-container", "lyon/replicationProtectionContainers/gold");
    const source = idOf("protection-container", "paris/replicationProtectionContainers/gold");
    const mapping = (scope: object, targetProtectionContainerId?: string): object => ({
      ...scope,
      protectionContainerName: "gold",
      mappingName: "map",
      properties: { policyId, targetProtectionContainerId },
    });
    const check = (target: string): Promise<unknown> =>
      place.handler("container-mapping").check(mapping(sites.paris, target));
    expect(await check(policyId)).toEqual([
      {
        property: "properties.targetProtectionContainerId",
        reason: expect.stringMatching(
          /neither "Microsoft Azure" nor the id of a protection container/,
        ) as string,
      },
    ]);
    expect(await check(target)).toEqual([]);
    const unknown = { ...mapping(sites.paris), properties: unknownValue };
    expect(await place.handler("container-mapping").check(unknown)).toEqual([]);
    await expect(create("container-mapping", mapping(sites.paris, source))).rejects.toThrow(
      /container itself/,
    );
    await expect(create("container-mapping", mapping(sites.paris, `${target}-2`))).rejects.toThrow(
      /needs the protection container "gold-2" .*targetProtectionContainerId/,
    );
    await create("protection-container", { ...sites.london, protectionContainerName: "gold" });
    await expect(create("container-mapping", mapping(sites.london, target))).rejects.toThrow(
      /from here machines replicate to "Microsoft Azure" only \(london is a Hyper-V site\)/,
    );
    await create("protection-container", { ...sites.rome, protectionContainerName: "gold" });
    await expect(create("container-mapping", mapping(sites.rome, target))).rejects.toThrow(
      /is the container gold of a VMM fabric; name one of a VMware fabric/,
    );
    const id = await create("container-mapping", mapping(sites.paris, target));
    expect(await place.outputs("container-mapping", id)).toMatchObject({
      targetProtectionContainerId: target,
      targetProtectionContainerFriendlyName: "gold",
    });
    expect(await place.outputs("protection-container", target)).toMatchObject({
      pairingStatus: "Paired",
      role: "Recovery",
    });
    expect(await place.outputs("protection-container", source)).toMatchObject({ role: "Primary" });
    await expect(remove("protection-container", target)).rejects.toThrow(/container mapping map/);
  });
});

describe("a network mapping", () => {
  const network = {
    networkName: "production",
    logicalNetworkName: "backbone",
    protectionContainerName: "gold",
  };
  const mapping = (recoveryNetworkId: string, rest: object = {}): object => ({
    ...sites.paris,
    networkName: "production",
    networkMappingName: "map",
    properties: { recoveryNetworkId, ...rest },
  });

  it("leads from a VM network to one of another VMM fabric, or to a virtual network", async () => {
    const target = await create("vm-network", { ...sites.lyon, ...network });
    await expect(create("network-mapping", mapping(target))).rejects.toThrow(
      /networkName is 'production', and the fabric has no such VM network; declare a VmNetwork/,
    );
    const source = await create("vm-network", { ...sites.paris, ...network });
    await expect(create("network-mapping", mapping(source))).rejects.toThrow(/is the network itself/);
    const inputs = mapping(target, { fabricSpecificDetails: { instanceType: "VmmToVmm" } });
    const id = await create("network-mapping", inputs);
    expect(await place.outputs("network-mapping", id)).toMatchObject({
      recoveryNetworkFriendlyName: "production",
      recoveryFabricFriendlyName: "lyon",
    });
    expect(await place.outputs("vm-network", source)).toMatchObject({ networkMapped: true });
    await expect(remove("vm-network", target)).rejects.toThrow(/in use by network mapping map/);
    await expect(remove("vm-network", source)).rejects.toThrow(/in use by network mapping map/);
    const virtual = await create("virtual-network", { resourceGroupName: "dr", virtualNetworkName: "net" });
    const toAzure = mapping(virtual, { fabricSpecificDetails: { instanceType: "VmmToAzure" } });
    await place.handler("network-mapping").update(id, inputs, toAzure, quiet);
    expect(await place.outputs("network-mapping", id)).toMatchObject({
      recoveryFabricFriendlyName: "Microsoft Azure",
    });
    await remove("vm-network", target);
  });

  it("does not contradict itself about the recovery side", async () => {
    const target = await create("vm-network", { ...sites.lyon, ...network });
    const check = (rest: object): Promise<unknown> =>
      place.handler("network-mapping").check(mapping(target, rest));
    expect(await check({ recoveryFabricName: "Lyon" })).toEqual([]);
    expect(await check({ recoveryFabricName: "Microsoft Azure" })).toEqual([
      {
        property: "properties.recoveryFabricName",
        reason:
          "is 'Microsoft Azure', and the network 'production' is in 'lyon'; write that, or leave it out",
      },
    ]);
    expect(await check({ fabricSpecificDetails: { instanceType: "VmmToAzure" } })).toEqual([
      {
        property: "properties.fabricSpecificDetails.instanceType",
        reason: "is 'VmmToAzure', and the network 'production' is in 'lyon'; write \"VmmToVmm\"",
      },
    ]);
    const elsewhere = { ...mapping(target), ...sites.rome };
    await expect(create("network-mapping", elsewhere)).rejects.toThrow(
      /is the VM network production of a VMM fabric; name one of the same sort, or a virtual network/,
    );
  });

  it("of VMware fabrics joins networks of their hosts, which have no cloud", async () => {
    await expect(
      create("vm-network", { ...sites.rome, ...network, protectionContainerName: undefined }),
    ).rejects.toThrow(/logicalNetworkName is a setting of VMM networks/);
    const target = await create("vm-network", { ...sites.milan, networkName: "lan" });
    const id = await create("network-mapping", { ...mapping(target), ...sites.rome });
    expect(await place.outputs("network-mapping", id)).toMatchObject({ recoveryFabricFriendlyName: "milan" });
    await expect(create("vm-network", { ...sites.paris, networkName: "bare" })).rejects.toThrow(
      /logicalNetworkName is missing: a VM network is on a logical network/,
    );
  });

  it("keeps a cloud that a VM network is linked to", async () => {
    await create("vm-network", { ...sites.paris, ...network });
    const cloud = idOf("protection-container", "paris/replicationProtectionContainers/gold");
    await expect(remove("protection-container", cloud)).rejects.toThrow(/in use by VM network production/);
  });
});
