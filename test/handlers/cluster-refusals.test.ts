import fs from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { unknownValue } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { ProtectedItemInputs } from "../../provider/kinds/protected-item.ts";
import type { ProtectionClusterInputs as Inputs } from "../../provider/kinds/protection-cluster.ts";
import { quiet } from "../engine/fixture.ts";
import type { FlowSite } from "../engine/flow-site.ts";
import { clusterOf, clusterSite, nodes } from "./cluster-of.ts";

let site: FlowSite;
afterEach(() => site.remove());

const cluster = (settings: Inputs["properties"] = {}, more: Partial<Inputs> = {}): Inputs =>
  clusterOf(site, settings, more);

describe("a protection cluster", () => {
  it("is refused where its machines cannot be one unit, by the name of what is in the way", async () => {
    site = await clusterSite("S1");
    const handler = handlerOf("protection-cluster", site.engine);
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
    await handler.create(cluster(), quiet);
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

  it("is previewed with machines that are not known yet", async () => {
    site = await clusterSite("S1");
    const handler = handlerOf("protection-cluster", site.engine);
    const { id } = await handler.create(cluster(), quiet);
    const move = { activeLocation: "recovery" } as const;
    const some = cluster({ clusterProtectedItemIds: [site.itemId("db1"), unknownValue] }, move);
    const none = cluster({ clusterProtectedItemIds: unknownValue as unknown as string[] }, move);
    const nothing = { ...cluster({}, move), properties: unknownValue } as unknown as Inputs;
    for (const wanted of [some, none, nothing]) {
      expect(await handler.check(wanted)).toEqual([]);
      const { changes, replaces } = await handler.diff(id, cluster(), wanted);
      expect(changes.map(({ property }) => property)).toEqual(["activeLocation"]);
      expect(replaces).toEqual([]);
    }
    const told = (await handler.diff(id, cluster(), some)).notices.map((notice) => notice.text).join();
    expect(told).toMatch(/sql: UnplannedFailover of db1 to the recovery side/);
    expect(told).not.toContain(unknownValue);
  });

  it("is made also while a machine of it cannot be read, and says that no point is shared yet", async () => {
    site = await clusterSite("S1");
    const handler = handlerOf("protection-cluster", site.engine);
    const image = site.image("db2");
    fs.renameSync(image, `${image}.away`);
    const lines: string[] = [];
    const { id } = await handler.create(cluster(), { report: (line) => lines.push(String(line)) });
    expect(lines.join("\n")).toMatch(/share no recovery point yet: .*db2/);
    fs.renameSync(`${image}.away`, image);
    // The rename has changed the file's times, so that all of the disk is compared; that waits for no office hours here.
    for (const name of nodes) await site.engine.replicate(site.itemId(name), quiet, "resync");
    await handler.update(id, cluster(), cluster(), quiet);
    const points = await Promise.all(nodes.map((name) => site.engine.recoveryPoints(site.itemId(name))));
    const [one, two] = points.map((list) => list.at(-1)!);
    expect([one!.multiVm, two!.multiVm, one!.takenAt === two!.takenAt]).toEqual([true, true, true]);
  });
});
