import fs from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../provider/clock.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { HyperVReplicaAzureProtection } from "../../../provider/kinds/protected-item.ts";
import { quiet, Site } from "../fixture.ts";

let site: Site;
afterEach(() => site.remove());

function wantedWith(change: Partial<HyperVReplicaAzureProtection>): Site["item"] {
  const { properties } = site.item;
  const given = properties!.providerSpecificDetails as HyperVReplicaAzureProtection;
  const details: HyperVReplicaAzureProtection = { ...given, ...change };
  return { ...site.item, properties: { ...properties, providerSpecificDetails: details } };
}

async function expectRefusal(wanted: Site["item"], words: RegExp): Promise<void> {
  const create = handlerOf("protected-item", site.engine).create(wanted, quiet);
  await expect(create).rejects.toThrow(words);
  expect(site.engine.items()).toEqual([]);
  expect(site.engine.listThings({ kind: "protected-item" })).toEqual([]);
  expect(site.engine.jobs({ limit: 5 })).toEqual([]);
}

describe("protecting a machine that lacks something", () => {
  it("[C-7] is refused without its storage account", async () => {
    site = await Site.make();
    const missing = site.ids.storage.replace("replicas", "elsewhere");
    await expectRefusal(
      wantedWith({ targetStorageAccountId: missing }),
      /there is no storage account .*elsewhere/,
    );
  });

  it("[C-7] is refused without a network", async () => {
    site = await Site.make({ machine: { nics: [{ name: "eth0", network: "nowhere" }] } });
    await expectRefusal(site.item, /its network "nowhere" is mapped to no virtual network/);
  });

  it("[C-8] is refused when its guest system is not on the support matrix", async () => {
    site = await Site.make({ machine: { guestOs: { family: "linux", name: "Ubuntu", version: "9.10" } } });
    await expectRefusal(site.item, /Ubuntu 9\.10 is not on the support matrix; supported are Ubuntu 18\.04/);
  });

  it("is refused when it does not exist, naming those that do", async () => {
    site = await Site.make();
    fs.renameSync(`${site.folder}/hv1/web1`, `${site.folder}/hv1/web2`);
    await expectRefusal(site.item, /has a machine "web1"\. There are: web2\./);
  });

  it("is refused for a disk that it has not", async () => {
    site = await Site.make();
    await expectRefusal(wantedWith({ disksToInclude: ["data"] }), /it has no disk "data"\. Its disks: os\./);
  });

  it("[H2A-1] is refused by a policy that is not mapped to its container", async () => {
    site = await Site.make();
    const mapping = site.engine.listThings({ kind: "container-mapping" })[0]!;
    await site.engine.removeThing(mapping.id);
    await expectRefusal(site.item, /the policy five is not mapped to its container machines/);
  });
});

describe("changing a protected machine", () => {
  it("[C-7] to a network that is not there is refused, and the settings stay as they were", async () => {
    site = await Site.make();
    await site.protect();
    const before = site.engine.findThing(site.itemId)!.inputs;
    const missing = site.ids.network.replace("recovery-net", "nowhere");
    const wanted = wantedWith({ targetAzureNetworkId: missing });
    const handler = handlerOf("protected-item", site.engine);
    await expect(handler.update(site.itemId, site.item, wanted, quiet)).rejects.toThrow(
      /the virtual network nowhere does not exist/,
    );
    expect(site.engine.findThing(site.itemId)!.inputs).toEqual(before);
    await handler.update(
      site.itemId,
      site.item,
      wantedWith({ targetAzureNetworkId: site.ids.drillNetwork }),
      quiet,
    );
    await site.engine.moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
    const machine = fs.readFileSync(site.replica.replace("os.img", "machine.yaml"), "utf8");
    expect(machine).toContain("network: drill-net");
  });
});

describe("the policy's start time", () => {
  it("[H2A-2] keeps the initial replication waiting, and lets it run when the time has come", async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1, 12));
    site = await Site.make({ clock });
    const policy = handlerOf("policy", site.engine);
    const live = await policy.read(site.ids.policy);
    const wanted = structuredClone(live!.inputs) as {
      properties: { providerSpecificInput: { onlineReplicationStartTime?: string } };
    };
    wanted.properties.providerSpecificInput.onlineReplicationStartTime = "2026-01-01T22:00:00Z";
    await policy.update(site.ids.policy, live!.inputs, wanted, quiet);
    await site.protect();
    expect(site.engine.findItem(site.itemId)?.state).toBe("EnablingReplication");
    expect(site.engine.jobs({ limit: 5 })).toEqual([]);
    const handler = handlerOf("protected-item", site.engine);
    expect((await handler.diff(site.itemId, site.item, site.item)).changes).toEqual([]);
    clock.advance(10 * 3_600_000);
    expect((await handler.diff(site.itemId, site.item, site.item)).changes).toHaveLength(1);
    await site.engine.replicate(site.itemId, quiet);
    expect(site.engine.findItem(site.itemId)?.state).toBe("Protected");
  });
});
