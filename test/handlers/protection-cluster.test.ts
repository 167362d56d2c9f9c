import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import type { FlowId } from "../../provider/engine/flows.ts";
import type { Handler } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { ProtectedItemInputs } from "../../provider/kinds/protected-item.ts";
import type { ProtectionClusterInputs as Inputs } from "../../provider/kinds/protection-cluster.ts";
import type { ProtectionClusterOutputs } from "../../provider/kinds/protection-cluster.ts";
import { quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";

const nodes = ["db1", "db2"];

let site: FlowSite;
let handler: Handler;
afterEach(() => site.remove());

async function make(flow: FlowId): Promise<void> {
  site = await FlowSite.make({ flow, machines: [...nodes, "web1"], content: randomBytes(262_144) });
  handler = handlerOf("protection-cluster", site.engine);
  for (const name of [...nodes, "web1"]) await site.protect(name);
}

function cluster(settings: Inputs["properties"] = {}, more: Partial<Inputs> = {}): Inputs {
  return {
    resourceGroupName: "dr",
    resourceName: "dr-vault",
    fabricName: "london",
    protectionContainerName: "machines",
    replicationProtectionClusterName: "sql",
    properties: {
      protectionClusterType: "WindowsServerFailoverCluster",
      clusterFqdn: "sql.example.com",
      clusterNodeFqdns: ["DB1.example.com", "db2.example.com"],
      clusterProtectedItemIds: nodes.map((name) => site.itemId(name)),
      ...settings,
    },
    ...more,
  };
}

const at = (activeLocation: "primary" | "recovery"): Inputs => cluster({}, { activeLocation });

async function write(machine: string, text: string): Promise<void> {
  const disk = await openTrackedDisk(site.image(machine));
  await disk.write(Buffer.alloc(65_536, text), 65_536);
  await disk.close();
}

async function create(inputs = cluster()): Promise<string> {
  return (await handler.create(inputs, quiet)).id;
}

async function properties(id: string): Promise<ProtectionClusterOutputs["properties"]> {
  return ((await handler.read(id))!.outputs as ProtectionClusterOutputs).properties;
}

const newest = async (name: string): Promise<{ takenAt: number; multiVm: boolean }> =>
  (await site.engine.recoveryPoints(site.itemId(name))).at(-1)!;

describe("a protection cluster", () => {
  it("takes recovery points of one instant, and fails over from one of them, byte for byte", async () => {
    await make("S1");
    const id = await create();
    for (const name of nodes) await write(name, `${name} replicated `);
    const hashes = nodes.map((name) => site.hash(site.image(name)));
    await site.engine.replicate(site.itemId("db2"), quiet);
    const [one, two] = [await newest("db1"), await newest("db2")];
    expect([one.multiVm, two.multiVm, one.takenAt === two.takenAt]).toEqual([true, true, true]);
    expect((await newest("web1")).multiVm).toBe(false);
    // What is written later is not in the point that both have.
    for (const name of nodes) await write(name, "later ");
    const [before, after] = [at("primary"), at("recovery")];
    await handler.update(id, cluster(), before, quiet);
    expect((await handler.diff(id, before, before)).notices).toEqual([]);
    const { notices, changes } = await handler.diff(id, before, after);
    expect(changes.map(({ property }) => property)).toEqual(["activeLocation"]);
    expect(notices[0]!.text).toMatch(/sql: UnplannedFailover of db1, db2 to the recovery side/);
    await handler.update(id, before, after, quiet);
    expect(nodes.map((name) => site.hash(site.replica(name)))).toEqual(hashes);
    expect(nodes.map((name) => site.item(name).details.recoveryMachine!.pointTakenAt)).toEqual(
      Array(2).fill(one.takenAt),
    );
    expect(site.item("web1").activeLocation).toBe("primary");
    const out = await properties(id);
    expect([out.protectionState, out.activeLocation]).toEqual(["UnplannedFailoverCommitted", "Recovery"]);
    const same = await handler.diff(id, after, after);
    expect([same.changes, same.notices]).toEqual([[], []]);
  });

  it("shuts all its machines down before a planned failover, which loses nothing", async () => {
    await make("S3");
    const id = await create(at("primary"));
    for (const name of nodes) await write(name, `${name} last words `);
    await handler.update(id, at("primary"), at("recovery"), quiet);
    for (const name of nodes) {
      expect(site.hash(site.replica(name)), name).toBe(site.hash(site.image(name)));
      expect(site.power(site.image(name)), name).not.toBe("running");
    }
    expect((await properties(id)).allowedOperations).toEqual(["Failback"]);
  });

  it("is as its machines are: state, health, what is allowed", async () => {
    await make("S1");
    const id = await create();
    const out = await properties(id);
    expect(out).toMatchObject({
      provisioningState: "Succeeded",
      protectionState: "Protected",
      activeLocation: "Primary",
      replicationHealth: "Normal",
      areAllClusterNodesRegistered: true,
      recoveryContainerId: "Microsoft Azure",
      policyId: site.ids.get("policy"),
    });
    expect(out.clusterRegisteredNodes.map(({ machineId }) => machineId)).toEqual(
      nodes.map((name) => site.itemId(name)),
    );
    expect(out.allowedOperations).toEqual(["UnplannedFailover", "TestFailover", "RepairReplication"]);
    const image = site.image("db2");
    fs.renameSync(image, `${image}.away`);
    await expect(site.engine.replicate(site.itemId("db1"), quiet)).rejects.toThrow(/db2/);
    expect((await properties(id)).replicationHealth).toBe("Critical");
    fs.renameSync(`${image}.away`, image);
    await site.engine.moves.failover(
      site.itemId("db2"),
      { kind: "unplanned", recoveryPoint: "latest" },
      quiet,
    );
    expect(await properties(id)).toMatchObject({
      protectionState: "UnplannedFailoverCommitPendingStatesBegin",
      protectionStateDescription: "1 of 2 machines: Failover completed, commit pending",
      activeLocation: "Mixed",
      allowedOperations: [],
    });
  });

  it("keeps its machines: none is removed alone, and those that it lets go are free", async () => {
    await make("S1");
    const id = await create();
    const items = handlerOf("protected-item", site.engine);
    await expect(items.delete(site.itemId("db1"), quiet)).rejects.toThrow(
      expect.objectContaining({
        code: "InUse",
        message: expect.stringMatching(/db1 cannot be removed alone/),
      }),
    );
    const smaller = cluster({ clusterProtectedItemIds: [site.itemId("db2")] });
    const { changes, replaces } = await handler.diff(id, cluster(), smaller);
    expect([changes.map(({ property }) => property), replaces]).toEqual([
      ["properties.clusterProtectedItemIds"],
      [],
    ]);
    await handler.update(id, cluster(), smaller, quiet);
    await items.delete(site.itemId("db1"), quiet);
    await handler.delete(id, quiet);
    await items.delete(site.itemId("db2"), quiet);
    expect(site.engine.items().map(({ details }) => details.machineName)).toEqual(["web1"]);
  });

  it("is refused where its machines cannot be one unit, by the name of what is in the way", async () => {
    await make("S1");
    const list = "properties.clusterProtectedItemIds";
    const refused = async (inputs: Inputs, property: string, text: RegExp): Promise<void> => {
      const failed = expect.objectContaining({ property, message: expect.stringMatching(text) });
      await expect(handler.create(inputs, quiet)).rejects.toThrow(failed);
    };
    const gone = `${site.itemId("db1")}x`;
    await refused(cluster({ clusterProtectedItemIds: [gone] }), `${list}[0]`, /there is none/);
    await refused(cluster({ policyId: site.ids.get("container")! }), "properties.policyId", /there is none/);
    await refused(
      cluster({ recoveryContainerId: site.ids.get("container")! }),
      "properties.recoveryContainerId",
      /fail over to Microsoft Azure/,
    );
    await create();
    const other = { replicationProtectionClusterName: "other" };
    await refused(cluster({}, other), `${list}[0]`, /db1 is in the protection cluster sql already/);
    await handlerOf("protected-item", site.engine).delete(site.itemId("web1"), quiet);
    const { properties: settings } = site.inputs("web1");
    const grouped = { ...settings!.providerSpecificDetails!, multiVmGroupName: "shop" };
    const group = { properties: { ...settings, providerSpecificDetails: grouped } };
    await site.protect("web1", group as Partial<ProtectedItemInputs>);
    const wider = cluster({ clusterProtectedItemIds: [...nodes, "web1"].map((name) => site.itemId(name)) });
    await expect(
      handler.update(`${site.ids.get("container")}/replicationProtectionClusters/sql`, wider, wider, quiet),
    ).rejects.toThrow(/web1 names the replication group "shop"/);
    const twice = cluster({ clusterProtectedItemIds: [site.itemId("db1"), site.itemId("DB1")] });
    expect((await handler.check(twice)).map(({ reason }) => reason)).toEqual(["names DB1 a second time"]);
    const { clusterProtectedItemIds: _all, ...none } = cluster().properties!;
    expect((await handler.check({ ...cluster(), properties: none }))[0]!.property).toBe(list);
  });
});
