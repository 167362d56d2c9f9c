import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { RecoveryPlanInputs, RecoveryPlanOutputs } from "../../provider/kinds/recovery-plan.ts";
import { quiet, Site } from "../engine/fixture.ts";

let site: Site;
beforeEach(async () => {
  site = await Site.make();
  await site.protect();
});
afterEach(() => site.remove());

function planOf(groups: RecoveryPlanInputs["properties"]["groups"]): RecoveryPlanInputs {
  return {
    resourceGroupName: "dr",
    resourceName: "dr-vault",
    recoveryPlanName: "shop",
    properties: {
      primaryFabricId: site.engine.listThings({ kind: "fabric" })[0]!.id,
      recoveryFabricId: "Microsoft Azure",
      groups,
    },
  };
}

const boot = (...ids: string[]): RecoveryPlanInputs["properties"]["groups"][number] => ({
  groupType: "Boot",
  replicationProtectedItems: ids.map((id) => ({ id })),
});

describe("a recovery plan", () => {
  it("[H2F-2] keeps its groups in order, with the service's own in front, and shows no difference for them", async () => {
    const handler = handlerOf("recovery-plan", site.engine);
    const wanted = planOf([boot(site.itemId), boot()]);
    const live = await handler.create(wanted, quiet);
    const { properties } = live.outputs as RecoveryPlanOutputs;
    expect(properties.groups.map(({ groupType }) => groupType)).toEqual([
      "Shutdown",
      "Failover",
      "Boot",
      "Boot",
    ]);
    expect(properties.groups[2]!.replicationProtectedItems).toEqual([{ id: site.itemId }]);
    expect(properties.allowedOperations).toContain("PlannedFailover");
    expect((await handler.diff(live.id, wanted, wanted)).changes).toEqual([]);
    const turned = planOf([boot(), boot(site.itemId)]);
    const answer = await handler.diff(live.id, wanted, turned);
    expect(answer.changes.map(({ property }) => property)).toEqual(["properties.groups"]);
    expect(answer.replaces).toEqual([]);
  });

  it("holds a machine once, in at most seven Boot groups, of which there is at least one", async () => {
    const handler = handlerOf("recovery-plan", site.engine);
    const reasons = async (groups: RecoveryPlanInputs["properties"]["groups"]): Promise<string> =>
      (await handler.check(planOf(groups))).map(({ property, reason }) => `${property} ${reason}`).join("\n");
    expect(
      await reasons([
        boot(site.itemId),
        boot(site.itemId.replace("/subscriptions", "/Subscriptions").replace("web1", "WEB1")),
      ]),
    ).toMatch(/groups\[1\]\.replicationProtectedItems\[0\]\.id names WEB1 a second time/);
    expect(await reasons(Array.from({ length: 8 }, () => boot()))).toMatch(/at most 7 Boot groups/);
    expect(await reasons([{ groupType: "Failover" }])).toMatch(/has no Boot group/);
    expect(await reasons([boot(site.itemId)])).toBe("");
  });

  it("needs its machines to be protected", async () => {
    const missing = site.itemId.replace("web1", "web9");
    const create = handlerOf("recovery-plan", site.engine).create(planOf([boot(missing)]), quiet);
    await expect(create).rejects.toThrow(/needs the protected item "web9"/);
  });
});
