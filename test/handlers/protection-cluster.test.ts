import fs from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import type { FlowId } from "../../provider/model/flows.ts";
import type { Handler } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { ProtectionClusterInputs as Inputs } from "../../provider/kinds/protection-cluster.ts";
import type { ProtectionClusterOutputs } from "../../provider/kinds/protection-cluster.ts";
import { quiet } from "../engine/fixture.ts";
import type { FlowSite } from "../engine/flow-site.ts";
import { clusterOf, clusterSite, nodes } from "./cluster-of.ts";

const unplanned = { kind: "unplanned", recoveryPoint: "latest" } as const;

let site: FlowSite;
let handler: Handler;
afterEach(() => site.remove());

async function make(flow: FlowId): Promise<void> {
  site = await clusterSite(flow);
  handler = handlerOf("protection-cluster", site.engine);
}

const cluster = (settings: Inputs["properties"] = {}, more: Partial<Inputs> = {}): Inputs =>
  clusterOf(site, settings, more);
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
    // They share a point from the first moment on.
    expect((await newest("db1")).takenAt).toBe((await newest("db2")).takenAt);
    expect((await newest("db1")).multiVm).toBe(true);
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
    await handler.delete(id, quiet);
    await site.engine.moves.failover(site.itemId("db2"), unplanned, quiet);
    await create();
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

  it("moves as a whole: no machine, and no plan with some of them, changes sides without the others", async () => {
    await make("S1");
    const id = await create();
    const whole = /db1 cannot change sides without db2: they are the protection cluster sql/;
    await expect(site.engine.moves.failover(site.itemId("db1"), unplanned, quiet)).rejects.toThrow(whole);
    const items = handlerOf("protected-item", site.engine);
    const [last, wanted] = [site.inputs("db1"), { ...site.inputs("db1"), activeLocation: "recovery" }];
    const words = /in the protection cluster sql, which moves all its machines.*change it there/;
    expect((await items.diff(site.itemId("db1"), last, wanted)).notices[0]!.text).toMatch(words);
    await expect(items.update(site.itemId("db1"), last, wanted, quiet)).rejects.toThrow(words);
    const members = ["db1", "web1"].map((name) => ({ id: site.itemId(name) }));
    const plan = await handlerOf("recovery-plan", site.engine).create(
      {
        resourceGroupName: "dr",
        resourceName: "dr-vault",
        recoveryPlanName: "some",
        properties: {
          primaryFabricId: site.ids.get("fabric"),
          recoveryFabricId: "Microsoft Azure",
          groups: [{ groupType: "Boot", replicationProtectedItems: members }],
        },
      },
      quiet,
    );
    const run = (planId: string): Promise<unknown> =>
      site.engine.plans.run(planId, { operation: "UnplannedFailover" }, quiet);
    await expect(run(plan.id)).rejects.toThrow(whole);
    expect(site.engine.items().map((item) => item.activeLocation)).toEqual(Array(3).fill("primary"));
    await run(id);
    expect(site.engine.items().map((item) => item.activeLocation)).toEqual([
      "recovery",
      "recovery",
      "primary",
    ]);
  });
});
