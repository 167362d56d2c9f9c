import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Handler } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { ProtectedItemInputs } from "../../provider/kinds/protected-item.ts";
import type { RecoveryPlanInputs, RecoveryPlanOutputs } from "../../provider/kinds/recovery-plan.ts";
import { hashOf, quiet } from "../engine/fixture.ts";
import { machineNames, Shop, trace } from "../engine/recovery-plan/shop.ts";

let shop: Shop;
let handler: Handler;
let groups: RecoveryPlanInputs["properties"]["groups"];
beforeEach(async () => {
  shop = await Shop.make();
  handler = handlerOf("recovery-plan", shop.site.engine);
  groups = [shop.boot(["db1"]), shop.boot(["web1", "web2"])];
});
afterEach(() => shop.remove());

/** The plan as a program would have it. */
function text(side?: "primary" | "recovery", more: Partial<RecoveryPlanInputs> = {}): RecoveryPlanInputs {
  const properties = { ...shop.plan.properties, groups };
  return { ...shop.plan, properties, ...(side ? { activeLocation: side } : {}), ...more };
}

const outputs = async (): Promise<RecoveryPlanOutputs> =>
  (await handler.read(shop.planId))!.outputs as RecoveryPlanOutputs;

async function preview(last: RecoveryPlanInputs, wanted: RecoveryPlanInputs): Promise<string[]> {
  return (await handler.diff(shop.planId, last, wanted)).notices.map((notice) => notice.text);
}

describe("activeLocation of a recovery plan", () => {
  it("[V2F-2] [H2F-2] is told by a preview group by group, and moves the machines when its text changes", async () => {
    const look = shop.manual("look", "look at the database");
    groups = [
      { groupType: "Shutdown", startGroupActions: [{ ...look, failoverTypes: ["TestFailover"] }] },
      shop.boot(["db1"], {
        endGroupActions: [shop.script("check-db", "exit 0", { fabricLocation: "Recovery" })],
      }),
      shop.boot(["web1", "web2"]),
    ];
    await handler.update(shop.planId, text(), text("primary"), quiet);
    expect(await preview(text(), text("primary"))).toEqual([]);
    expect(await preview(text("primary"), text("recovery"))).toEqual([
      "shop: PlannedFailover of db1, web1, web2 to the recovery side, group by group; commit is automatic",
      "shop, Shutdown: shut down web1, web2, then shut down db1",
      "shop, Failover: planned failover of db1, web1, web2",
      "shop, Group 1: start db1, then run check-db at the recovery side",
      "shop, Group 2: start web1, web2",
    ]);
    await handler.update(shop.planId, text("primary"), text("recovery"), quiet);
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitted"));
    for (const name of machineNames) expect(hashOf(shop.replica(name))).toBe(hashOf(shop.image(name)));
    const after = await outputs();
    expect([after.activeLocation, after.properties.allowedOperations]).toEqual(["recovery", ["Failback"]]);
    expect(after.properties.currentScenario?.scenarioName).toBe("CommitFailover");
    expect(after.properties.currentScenarioStatus).toBe("Succeeded");
    expect(Date.parse(after.properties.lastPlannedFailoverTime!)).toBeGreaterThan(0);
    const same = await handler.diff(shop.planId, text("recovery"), text("recovery"));
    expect([same.changes, same.notices]).toEqual([[], []]);
    const back = await handler.diff(shop.planId, text("recovery"), text("primary"));
    expect(back.changes.map(({ property, cause }) => [property, cause])).toEqual([
      ["activeLocation", "program"],
    ]);
    expect(back.notices[0]!.text).toMatch(/shop: Failback of db1, web1, web2 to the primary side/);
    await handler.update(shop.planId, text("recovery"), text("primary"), quiet);
    expect(shop.states()).toEqual(Array(3).fill("Protected"));
    expect((await outputs()).activeLocation).toBe("primary");
  });

  it("leaves machines alone that somebody moved outside of the program, and says so", async () => {
    const { engine } = shop.site;
    await handler.update(shop.planId, text(), text("primary"), quiet);
    await engine.plans.run(shop.planId, { operation: "PlannedFailover" }, quiet);
    expect((await handler.diff(shop.planId, text("primary"), text("primary"))).changes).toEqual([]);
    const [warning] = await preview(text("primary"), text("primary"));
    expect(warning).toMatch(/db1, web1, web2 of shop run at the recovery side, moved outside.*left alone/);
    await handler.update(shop.planId, text("primary"), text("primary"), quiet);
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitPending"));
    // The program adopts what is: nothing is moved, and what waits for its commit gets it.
    expect(await preview(text("primary"), text("recovery"))).toEqual([
      "the machines of shop run at the recovery side already; none will be moved",
    ]);
    await handler.update(shop.planId, text("primary"), text("recovery"), quiet);
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitted"));
  });

  it("can leave the commit to a person, or to a later change of the text", async () => {
    const manual = { failover: { commit: "manual" } } as const;
    await handler.update(shop.planId, text(), text("primary", manual), quiet);
    await handler.update(shop.planId, text("primary", manual), text("recovery", manual), quiet);
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitPending"));
    expect(machineNames.map((name) => shop.power(shop.replica(name)))).toEqual(Array(3).fill("running"));
    const automatic = { failover: { commit: "automatic" } } as const;
    await handler.update(shop.planId, text("recovery", manual), text("recovery", automatic), quiet);
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitted"));
  });

  it("goes on with a run that failed, and takes it back when the text is taken back", async () => {
    const image = shop.image("web2");
    const lose = shop.script("lose", `mv ${image} ${image}.away`);
    groups = [{ groupType: "Shutdown", endGroupActions: [lose] }, ...groups];
    await handler.update(shop.planId, text(), text("primary"), quiet);
    const failing = handler.update(shop.planId, text("primary"), text("recovery"), quiet);
    await expect(failing).rejects.toThrow(/stopped at Failover \(1 of 3\)/);
    expect((await outputs()).activeLocation).toBe("both");
    expect((await outputs()).properties.currentScenarioStatus).toBe("Failed");
    fs.renameSync(`${image}.away`, image);
    const told = trace();
    await handler.update(shop.planId, text("recovery"), text("primary"), told);
    expect(told.lines).toContain("web2: started again where it was");
    expect(shop.states()).toEqual(Array(3).fill("Protected"));
    expect(machineNames.map((name) => shop.power(shop.image(name)))).toEqual(Array(3).fill("running"));
  });

  it("is said once: a machine or another plan that says another side is refused by name", async () => {
    const { engine } = shop.site;
    const items = handlerOf("protected-item", engine);
    const item = engine.findThing<ProtectedItemInputs>(shop.itemId("web1"))!.inputs;
    const own = { ...item, activeLocation: "primary" } as const;
    await items.update(shop.itemId("web1"), item, own, quiet);
    await handler.update(shop.planId, text(), text("primary"), quiet);
    await expect(handler.update(shop.planId, text("primary"), text("recovery"), quiet)).rejects.toThrow(
      /web1 says activeLocation: primary itself, and is in the recovery plan shop, which says recovery/,
    );
    await expect(
      items.update(shop.itemId("web1"), own, { ...own, activeLocation: "recovery" }, quiet),
    ).rejects.toThrow(/web1 says activeLocation: recovery itself.*shop, which says primary.*change it there/);
    expect(shop.states()).toEqual(Array(3).fill("Protected"));
    await items.update(shop.itemId("web1"), own, item, quiet);
    const other = { ...text("recovery"), recoveryPlanName: "other" };
    await expect(handler.create(other, quiet)).rejects.toThrow(
      /recovery plan other and the recovery plan shop, which want it at different sides: recovery and primary/,
    );
    await handler.update(shop.planId, text("primary"), text("recovery"), quiet);
    // The plan speaks for its machines: they are where they are to be, and show no drift of their own.
    expect((await items.diff(shop.itemId("web1"), item, item)).notices).toEqual([]);
  });
});
