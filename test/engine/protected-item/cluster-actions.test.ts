/** Whatever is one action of a protection cluster is refused for one of its machines, and done for all of them. */
import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import type { Engine } from "../../../provider/engine/engine.ts";
import type { PlanRequest } from "../../../provider/engine/recovery-plan/recovery-plans.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { clusterOf, clusterSite, nodes } from "../../handlers/cluster-of.ts";
import { quiet } from "../fixture.ts";
import type { FlowSite } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

type Act = (engine: Engine, id: string) => Promise<unknown>;

const acts = {
  planned: (engine, id) => engine.moves.failover(id, { kind: "planned", recoveryPoint: "latest" }, quiet),
  unplanned: (engine, id) => engine.moves.failover(id, { kind: "unplanned", recoveryPoint: "latest" }, quiet),
  changePoint: (engine, id) => engine.moves.changePoint(id, "latest", quiet),
  cancel: (engine, id) => engine.moves.cancel(id, quiet),
  commit: (engine, id) => engine.moves.commit(id, quiet),
  failback: (engine, id) => engine.moves.failback(id, quiet),
  reverseReplicate: (engine, id) => engine.moves.reverseReplicate(id, quiet),
} satisfies Record<string, Act>;

/** The way of a cluster through its flow: what is tried for one machine, then what is run for the whole. */
const ways: Partial<Record<FlowId, readonly [keyof typeof acts, PlanRequest, ...(keyof typeof acts)[]][]>> = {
  S1: [
    ["unplanned", { operation: "UnplannedFailover" }],
    ["cancel", { operation: "CancelFailover" }],
    ["unplanned", { operation: "UnplannedFailover" }],
    ["changePoint", { operation: "ChangePit", recoveryPoint: "latestMultiVm" }],
    ["commit", { operation: "Commit" }],
    ["reverseReplicate", { operation: "ReverseReplicate" }],
    ["unplanned", { operation: "Failback" }],
    ["commit", { operation: "Commit" }],
    ["reverseReplicate", { operation: "ReverseReplicate" }],
  ],
  S3: [
    ["planned", { operation: "PlannedFailover" }],
    ["commit", { operation: "Commit" }],
    ["failback", { operation: "Failback" }],
    ["commit", { operation: "Commit" }],
    ["reverseReplicate", { operation: "ReverseReplicate" }],
  ],
};

function facts(): unknown {
  return nodes.map((name) => {
    const { state, activeLocation, details } = site.item(name);
    const { recoveryMachine } = details;
    const copy = recoveryMachine && site.power(site.replica(name));
    return { state, activeLocation, recoveryMachine, powers: [site.power(site.image(name)), copy] };
  });
}

describe.each(Object.entries(ways))("a cluster of the flow %s", (flow, way) => {
  it("is moved as a whole by each action of its way, and by none of one machine", async () => {
    site = await clusterSite(flow as FlowId);
    const { id: clusterId } = await handlerOf("protection-cluster", site.engine).create(
      clusterOf(site),
      quiet,
    );
    for (const [act, request] of way) {
      const before = facts();
      const refused = new RegExp(`db1 cannot .* without db2: they are the protection cluster sql`);
      await expect(acts[act](site.engine, site.itemId("db1"))).rejects.toThrow(refused);
      expect(facts()).toEqual(before);
      await site.engine.plans.run(clusterId, request, quiet);
      const [one, two] = nodes.map((name) => site.item(name));
      expect([one!.state, one!.activeLocation]).toEqual([two!.state, two!.activeLocation]);
    }
  });
});

describe("a plan with one machine of a cluster", () => {
  it("is refused for what is the cluster's", async () => {
    site = await clusterSite("S1");
    const handler = handlerOf("protection-cluster", site.engine);
    const { id: clusterId } = await handler.create(clusterOf(site), quiet);
    const plan = {
      resourceGroupName: "dr",
      resourceName: "dr-vault",
      recoveryPlanName: "half",
      properties: {
        primaryFabricId: site.engine.listThings({ kind: "fabric" })[0]!.id,
        recoveryFabricId: "Microsoft Azure",
        groups: [{ groupType: "Boot", replicationProtectedItems: [{ id: site.itemId("db1") }] }],
      },
    };
    const { id: planId } = await handlerOf("recovery-plan", site.engine).create(plan, quiet);
    await site.engine.plans.run(clusterId, { operation: "UnplannedFailover" }, quiet);
    for (const operation of ["ChangePit", "CancelFailover", "Commit"] as const) {
      const before = facts();
      await expect(site.engine.plans.run(planId, { operation }, quiet)).rejects.toThrow(/without db2/);
      expect(facts()).toEqual(before);
    }
  });
});

describe("another recovery point of a cluster", () => {
  it("that is named by one machine's point is the others' point of the same instant", async () => {
    site = await clusterSite("S1");
    const handler = handlerOf("protection-cluster", site.engine);
    const { id: clusterId } = await handler.create(clusterOf(site), quiet);
    for (const name of nodes) {
      const disk = await openTrackedDisk(site.image(name));
      await disk.write(randomBytes(100), 1000);
      await disk.close();
    }
    const sharedBefore = (await site.engine.recoveryPoints(site.itemId("db1"))).findLast(
      (one) => one.multiVm,
    )!;
    await site.engine.replicate(site.itemId("db1"), quiet);
    await site.engine.plans.run(clusterId, { operation: "UnplannedFailover" }, quiet);
    const request = { operation: "ChangePit", recoveryPoint: sharedBefore.id } as const;
    await site.engine.plans.run(clusterId, request, quiet);
    const instants = nodes.map((name) => site.item(name).details.recoveryMachine!.pointTakenAt);
    expect(instants).toEqual([sharedBefore.takenAt, sharedBefore.takenAt]);
    const before = facts();
    const typo = { ...request, recoveryPoint: "latestMultiVmm" };
    await expect(site.engine.plans.run(clusterId, typo, quiet)).rejects.toThrow(
      /no recovery point "latestMultiVmm"/,
    );
    expect(facts()).toEqual(before);
  });
});
