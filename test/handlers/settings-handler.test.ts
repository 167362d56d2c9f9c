import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { noOfficeHours, quiet, Site } from "../engine/fixture.ts";

let site: Site;
beforeEach(async () => {
  site = await Site.make();
});
afterEach(() => site.remove());

const vaultScope = { resourceGroupName: "dr", resourceName: "dr-vault" };
const policyOf = (settings: object): object => ({
  ...vaultScope,
  policyName: "five",
  properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", ...settings } },
});

describe("settings", () => {
  it("are made once: the same arguments again give the same id, as after a crash", async () => {
    const vault = handlerOf("vault", site.engine);
    const again = await vault.create({ resourceGroupName: "dr", vaultName: "DR-VAULT" }, quiet);
    expect(again.id.toLowerCase()).toContain("/vaults/dr-vault");
    expect(site.engine.listThings({ kind: "vault" })).toHaveLength(1);
  });

  it("of another thing of the same name are refused", async () => {
    const create = handlerOf("policy", site.engine).create(policyOf({ replicationInterval: 30 }), quiet);
    await expect(create).rejects.toMatchObject({ code: "AlreadyExists" });
    await expect(create).rejects.toThrow(/"five" exists already and differs in .*replicationInterval/);
  });

  it("show no difference where only defaults or the letter case of ids differ", async () => {
    const policy = handlerOf("policy", site.engine);
    const wanted = policyOf({ replicationInterval: 300, recoveryPointHistoryDuration: 2 });
    const asMade = { ...wanted, officeHours: noOfficeHours };
    expect((await policy.diff(site.ids.policy, asMade, asMade)).changes).toEqual([]);
    const mapping = site.engine.listThings({ kind: "network-mapping" })[0]!;
    const shouting = {
      ...mapping.inputs,
      properties: { recoveryNetworkId: site.ids.network.replace("virtualNetworks", "VIRTUALNETWORKS") },
    };
    const handler = handlerOf("network-mapping", site.engine);
    expect((await handler.diff(mapping.id, shouting, shouting)).changes).toEqual([]);
  });

  it("need what they refer to", async () => {
    const fabric = { resourceGroupName: "dr", resourceName: "no-vault", fabricName: "paris" };
    await expect(handlerOf("fabric", site.engine).create(fabric, quiet)).rejects.toThrow(
      /paris needs the vault "no-vault" \(resourceName\), and there is none/,
    );
    expect(site.engine.listThings({ kind: "fabric" })).toHaveLength(1);
  });

  it("that are in use are not deleted, and the message names by what", async () => {
    const remove = (kind: "vault" | "policy" | "virtual-network", id: string): Promise<void> =>
      handlerOf(kind, site.engine).delete(id, quiet);
    await expect(remove("policy", site.ids.policy)).rejects.toThrow(
      /in use by protection container mapping map/,
    );
    await expect(remove("virtual-network", site.ids.network)).rejects.toThrow(
      /in use by network mapping map/,
    );
    const vault = site.engine.listThings({ kind: "vault" })[0]!;
    await expect(remove("vault", vault.id)).rejects.toMatchObject({ code: "InUse" });
    await remove("virtual-network", site.ids.drillNetwork);
    await remove("virtual-network", site.ids.drillNetwork);
  });

  it("say of a thing that is gone that it will be made again", async () => {
    await site.engine.removeThing(site.ids.drillNetwork);
    const handler = handlerOf("virtual-network", site.engine);
    expect(await handler.read(site.ids.drillNetwork)).toBeUndefined();
    const wanted = { resourceGroupName: "dr", virtualNetworkName: "drill-net" };
    const answer = await handler.diff(site.ids.drillNetwork, wanted, wanted);
    expect(answer.changes).toHaveLength(1);
    expect(answer.notices[0]?.text).toMatch(/was deleted outside of the program; it will be made again/);
  });

  it("of a policy are refused where no app-consistent point could be left", async () => {
    const settings = { recoveryPointHistoryDuration: 2, applicationConsistentSnapshotFrequencyInHours: 4 };
    const failures = await handlerOf("policy", site.engine).check(policyOf(settings));
    expect(failures.map(({ reason }) => reason).join()).toMatch(/4 h, longer than the 2 h .* use at most 2/);
  });
});
