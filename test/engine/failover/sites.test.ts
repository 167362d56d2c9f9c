/** What the flows between sites, and the way back from Azure, put where. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { quiet } from "../fixture.ts";
import { FlowSite, type FlowSiteOptions } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };
const block = 65_536;

async function make(options: FlowSiteOptions): Promise<void> {
  site = await FlowSite.make({ content: randomBytes(4 * block), ...options });
}

async function write(image: string): Promise<void> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(block), block);
  await disk.flush();
  await disk.close();
}

const storedBytes = (folder: string): number =>
  fs.existsSync(folder)
    ? (fs.readdirSync(folder, { recursive: true }) as string[])
        .map((name) => fs.statSync(path.join(folder, name)))
        .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)
    : 0;

async function goOut(): Promise<void> {
  const choice = { kind: "unplanned", recoveryPoint: "latest" } as const;
  await site.engine.moves.failover(site.itemId(), choice, quiet);
  await site.engine.moves.commit(site.itemId(), quiet);
}

describe("flow S5", () => {
  it("[SEC-1] [SEC-2] sends its deltas to the master target at the second site, which keeps the retention points", async () => {
    await make({ flow: "S5" });
    await site.protect();
    const retention = path.join(site.folder, "paris", "retention");
    const before = storedBytes(retention);
    expect(before).toBeGreaterThan(4 * block);
    await write(site.image());
    const cycle = await site.engine.replicate(site.itemId(), quiet);
    expect(cycle?.blocksSent).toBe(1);
    expect(storedBytes(retention) - before).toBeGreaterThan(block);
    // Nothing of it is kept anywhere else, and all its points can be had from there.
    expect(fs.existsSync(path.join(site.folder, "home", "storage", "replicas", "machines"))).toBe(false);
    const points = await site.engine.recoveryPoints(site.itemId());
    expect(points.length).toBe(3);
    fs.renameSync(retention, `${retention}.away`);
    await expect(site.engine.replicate(site.itemId(), quiet)).rejects.toMatchObject({
      code: "TargetUnreachable",
    });
    fs.renameSync(`${retention}.away`, retention);
    await goOut();
    expect(site.replica()).toContain(path.join("paris", "vcenter"));
    expect(site.hash(site.replica())).toBe(site.hash(site.image()));
  });
});

describe("flow S6", () => {
  it("[SEC-3] a policy that is mapped to the source cloud serves each machine on its hosts, and no others", async () => {
    await make({ flow: "S6", machines: ["web1", "web2"] });
    for (const name of ["web1", "web2"]) await site.protect(name);
    expect(site.engine.items().map((item) => item.state)).toEqual(["Protected", "Protected"]);
    // A host of another cloud: its machines do not get the policy of this one.
    const other = site.at("london", "hv2", "web3");
    fs.cpSync(path.dirname(site.image()), other, { recursive: true });
    const file = path.join(other, "machine.yaml");
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("name: web1", "name: web3"));
    const cloud = {
      ...vault,
      fabricName: "london",
      protectionContainerName: "gold",
      capabilityProfile: "Hyper-V",
    };
    await handlerOf("protection-container", site.engine).create(cloud, quiet);
    const host = { ...vault, fabricName: "london", hostName: "hv2", protectionContainerName: "gold" };
    const inventoryFolder = path.dirname(other);
    await handlerOf("host", site.engine).create({ ...host, inventoryFolder }, quiet);
    await expect(site.protect("web3")).rejects.toThrow(/its host hv2 is in the cloud gold, not in machines/);
    expect(site.engine.findItem(site.itemId("web3"))).toBeUndefined();
  });
});

describe("flow S1", () => {
  it("[V2F-7] comes back over the master target of its choice, or over the configuration server", async () => {
    await make({ flow: "S1" });
    const storageFolder = site.at("london", "large-volumes");
    const id = await site.declare("master target", "master-target", {
      ...vault,
      fabricName: "london",
      masterTargetName: "large",
      storageFolder,
    });
    const { properties } = site.inputs();
    const settings = { ...properties!.providerSpecificDetails!, masterTargetId: id } as never;
    await site.protect("web1", { properties: { ...properties, providerSpecificDetails: settings } });
    await goOut();
    await site.engine.moves.reverseReplicate(site.itemId(), quiet);
    expect(site.item().details.reverse?.replicaStoreId).toBe(id);
    expect(storedBytes(storageFolder)).toBeGreaterThan(4 * block);
    site.remove();
    await make({ flow: "S1" });
    await site.protect();
    await goOut();
    await site.engine.moves.reverseReplicate(site.itemId(), quiet);
    expect(site.item().details.reverse?.replicaStoreId).toBe(site.ids.get("configuration server"));
  });

  it("[V2F-8] has the rules of the way back with its policy; nobody declares any", async () => {
    await make({ flow: "S1" });
    const settings = {
      instanceType: "InMageAzureV2",
      multiVmSyncStatus: "Enable",
      crashConsistentFrequencyInMinutes: 7,
    };
    const policy = { ...vault, policyName: "five", properties: { providerSpecificInput: settings } };
    await handlerOf("policy", site.engine).update(site.ids.get("policy")!, policy, policy, quiet);
    await site.protect();
    await goOut();
    await site.engine.moves.reverseReplicate(site.itemId(), quiet);
    expect(site.engine.listThings({ kind: "policy" })).toHaveLength(1);
    const view = await site.engine.viewItem(site.itemId());
    expect(view.replicationIntervalSeconds).toBe(7 * 60);
    const before = view.recoveryPointCount!;
    await write(site.replica());
    await site.engine.replicate(site.itemId(), quiet);
    expect((await site.engine.viewItem(site.itemId())).recoveryPointCount).toBe(before + 1);
  });

  it("[V2A-1] is set up in its order: no step goes before the one that it needs", async () => {
    const early = async (without: string[], words: RegExp): Promise<void> => {
      const attempt = async (): Promise<unknown> => {
        site = await FlowSite.make({ flow: "S1", without });
        return site.protect();
      };
      await expect(attempt(), without.join()).rejects.toThrow(words);
    };
    await early(["vault"], /needs the vault "dr-vault"/);
    await early(["configuration server"], /needs a registered configuration server/);
    await early(["vCenter"], /No host of the site london has a machine "web1"/);
    await early(["policy"], /policy/);
    await early(["mapping"], /is not mapped to its container/);
    await early(["network"], /is mapped to no virtual network|does not exist|must/);
    await make({ flow: "S1" });
    const drill = {
      ...vault,
      drillName: "d",
      protectedItemId: site.itemId(),
      networkId: site.ids.get("drill network"),
    };
    const declare = (): Promise<unknown> => handlerOf("drill", site.engine).create(drill, quiet);
    await expect(declare()).rejects.toThrow(/There is no protected item web1/);
    await site.protect();
    await declare();
    expect(site.item().testFailoverState).toBe("WaitingForCompletion");
  });
});
