import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { armIdOf } from "../../provider/arm-id.ts";
import { noteDrill } from "../../provider/handlers/announced-work.ts";
import { type DiffAnswer, unknownValue } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { type DrillInputs, drillKind } from "../../provider/kinds/drill.ts";
import { protectedItemKind } from "../../provider/kinds/protected-item.ts";
import { quiet } from "../engine/fixture.ts";
import { Shop } from "../engine/recovery-plan/shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

describe("a preview of a move beside a drill", () => {
  const drillOf = (drillName: string): DrillInputs => ({
    resourceGroupName: "dr",
    resourceName: "dr-vault",
    drillName,
    protectedItemId: shop.site.itemId,
    networkId: shop.site.ids.drillNetwork,
  });
  const diffs: [string, () => Promise<DiffAnswer>][] = [
    [
      "a machine",
      () => {
        const { engine, item, itemId } = shop.site;
        return handlerOf("protected-item", engine).diff(itemId, item, {
          ...item,
          activeLocation: "recovery",
        });
      },
    ],
    [
      "a plan",
      () => {
        const plan = { ...shop.plan, properties: { ...shop.plan.properties, groups: [shop.boot(["web1"])] } };
        const wanted = { ...plan, activeLocation: "recovery" };
        return handlerOf("recovery-plan", shop.site.engine).diff(shop.planId, plan, wanted);
      },
    ],
  ];

  it.each(diffs)("of %s is refused while the drill runs, kept or removed", async (_what, diff) => {
    const { engine } = shop.site;
    const drill = handlerOf("drill", engine);
    expect((await diff()).notices.map(({ text }) => text).join()).toMatch(/to the recovery side/);
    await drill.create(drillOf("rehearsal"), quiet);
    await expect(diff()).rejects.toThrow(
      /web1 cannot be moved while its drill rehearsal runs.*`siterecovery clean-up web1`/,
    );
    const { id } = (await drill.read(armIdOf(drillKind, drillOf("rehearsal"))))!;
    await drill.delete(id, quiet);
    expect((await diff()).notices.map(({ text }) => text).join()).not.toMatch(/refuses/);
  });

  it.each(diffs)("of %s and a drill that is new in the same change is refused", async (_what, diff) => {
    const drill = handlerOf("drill", shop.site.engine);
    await diff();
    expect(await drill.check(drillOf("new"))).toEqual([
      { property: "protectedItemId", reason: expect.stringMatching(/web1 is moved .* leave the drill out/) },
    ]);
    // Asked about the drill first.
    noteDrill(shop.site.engine, shop.site.itemId, "new");
    await expect(diff()).rejects.toThrow(/by the update that starts its drill new/);
  });

  it("tells a drill of the program from one that a command started", async () => {
    const { engine } = shop.site;
    const drill = handlerOf("drill", engine);
    const { id } = await drill.create(drillOf("rehearsal"), quiet);
    const [, diff] = diffs[0]!;
    await expect(diff()).rejects.toThrow(
      "web1 cannot be moved while its drill rehearsal runs. Run `siterecovery clean-up web1` and then this again.",
    );
    engine.owners.claim(id, "urn:pulumi:dev::shop::siterecovery:index:Drill::rehearsal");
    await expect(diff()).rejects.toThrow(/with the drill left out of the program/);
  });

  it("says what else forbids the move, and then does not announce it", async () => {
    const { engine, item, itemId } = shop.site;
    const [mapping] = engine.listThings({ kind: "network-mapping" });
    await engine.removeThing(mapping!.id);
    const wanted = { ...item, activeLocation: "recovery" as const };
    const { notices } = await handlerOf("protected-item", engine).diff(itemId, item, wanted);
    const text = notices.map((one) => one.text).join();
    expect(text).toMatch(/as things are now an update refuses this/);
    expect(text).not.toMatch(/failover to the recovery side/);
  });

  it("of a plan that is not there yet tells the move, and is refused while a drill runs", async () => {
    const { engine } = shop.site;
    const groups = [shop.boot(["web1"])];
    const wanted = {
      ...shop.plan,
      recoveryPlanName: "second",
      properties: { ...shop.plan.properties, groups },
      activeLocation: "recovery",
    };
    const plans = handlerOf("recovery-plan", engine);
    const told = async (): Promise<string> =>
      (await plans.announceCreation!(wanted)).map(({ text }) => text).join();
    expect(await told()).toMatch(/second: PlannedFailover of web1 to the recovery side/);
    expect(await plans.announceCreation!({ ...wanted, activeLocation: undefined })).toEqual([]);
    expect(await handlerOf("drill", engine).check(drillOf("new"))).toHaveLength(1);
    await handlerOf("drill", engine).create(drillOf("rehearsal"), quiet);
    await expect(told()).rejects.toThrow(/web1 cannot be moved while its drill rehearsal runs/);
  });

  it("of a plan whose machines are not protected yet does not say where they run", async () => {
    const { engine, itemId } = shop.site;
    const plans = handlerOf("recovery-plan", engine);
    for (const id of [`${itemId}-new`, unknownValue]) {
      const groups = [{ groupType: "Boot", replicationProtectedItems: [{ id }] }];
      const properties = { ...shop.plan.properties, groups };
      const wanted = {
        ...shop.plan,
        recoveryPlanName: "second",
        properties,
        activeLocation: "recovery",
      };
      expect((await plans.announceCreation!(wanted)).map(({ text }) => text)).toEqual([
        "second: machines that are not protected yet are moved to the recovery side as soon as they are",
      ]);
    }
  });

  it("of a plan that is not there yet says what else forbids the move", async () => {
    const { engine } = shop.site;
    await engine.removeThing(engine.listThings({ kind: "network-mapping" })[0]!.id);
    const groups = [shop.boot(["web1"])];
    const wanted = {
      ...shop.plan,
      recoveryPlanName: "second",
      properties: { ...shop.plan.properties, groups },
      activeLocation: "recovery",
    };
    const notices = await handlerOf("recovery-plan", engine).announceCreation!(wanted);
    expect(notices.map(({ text }) => text).join()).toMatch(/as things are now an update refuses this/);
  });

  it("of a machine that is not protected yet tells the move that follows", async () => {
    const { engine, item } = shop.site;
    const items = handlerOf("protected-item", engine);
    const wanted = { ...item, replicatedProtectedItemName: "another", activeLocation: "recovery" as const };
    const [notice] = await items.announceCreation!(wanted);
    expect(notice!.text).toMatch(
      /another: planned failover to the recovery side .*initial replication runs before/,
    );
    expect(await items.announceCreation!({ ...wanted, activeLocation: "primary" as const })).toEqual([]);
    expect(await items.announceCreation!({ ...item, activeLocation: "recovery" as const })).toEqual([]);
  });
});

describe("a preview of a drill of what is new in the same update", () => {
  const drillOf = (changes: Partial<DrillInputs>): DrillInputs => ({
    resourceGroupName: "dr",
    resourceName: "dr-vault",
    drillName: "new",
    networkId: shop.site.ids.drillNetwork,
    ...changes,
  });
  const newItem = (activeLocation: "primary" | "recovery"): object => ({
    ...shop.site.item,
    replicatedProtectedItemName: "another",
    activeLocation,
  });
  const newId = (): string => armIdOf(protectedItemKind, newItem("primary"));
  const announceItem = (side: "primary" | "recovery"): Promise<DiffAnswer["notices"]> =>
    handlerOf("protected-item", shop.site.engine).announceCreation!(newItem(side));
  const announceDrill = async (drill: DrillInputs): Promise<string> =>
    (await handlerOf("drill", shop.site.engine).announceCreation!(drill)).map(({ text }) => text).join();

  it("is refused if its id is known and it is moved, whichever is asked about first", async () => {
    const drill = handlerOf("drill", shop.site.engine);
    await announceItem("recovery");
    expect(await drill.check(drillOf({ protectedItemId: newId() }))).toEqual([
      { property: "protectedItemId", reason: expect.stringMatching(/another is moved to the recovery side/) },
    ]);
    await announceItem("primary");
    expect(await drill.check(drillOf({ protectedItemId: newId() }))).toEqual([]);
    await expect(announceItem("recovery")).rejects.toThrow(/by the update that starts its drill new/);
  });

  it("warns if its id is not known and something new is moved, and says nothing otherwise", async () => {
    for (const unknown of [{ protectedItemId: unknownValue }, { recoveryPlanId: unknownValue }]) {
      await announceItem("primary");
      expect(await announceDrill(drillOf(unknown))).toBe("");
      await announceItem("recovery");
      expect(await announceDrill(drillOf(unknown))).toMatch(
        /^new: this update makes another with activeLocation: recovery, and refuses the drill/,
      );
      const schedule = { every: "week" } as unknown as NonNullable<DrillInputs["schedule"]>;
      expect(await announceDrill(drillOf({ ...unknown, schedule }))).toBe("");
    }
  });

  it("warns of a new plan that is asked about after the drill", async () => {
    await announceDrill(drillOf({ protectedItemId: unknownValue }));
    const groups = [{ groupType: "Boot", replicationProtectedItems: [{ id: unknownValue }] }];
    const properties = { ...shop.plan.properties, groups };
    const plan = { ...shop.plan, recoveryPlanName: "second", properties, activeLocation: "recovery" };
    const notices = await handlerOf("recovery-plan", shop.site.engine).announceCreation!(plan);
    expect(notices.map(({ text }) => text).join()).toMatch(
      /second: this update starts new, and refuses to move/,
    );
  });

  it("is refused by a new plan whose new machine it is of", async () => {
    const drill = handlerOf("drill", shop.site.engine);
    expect(await drill.check(drillOf({ protectedItemId: newId() }))).toEqual([]);
    const groups = [{ groupType: "Boot", replicationProtectedItems: [{ id: newId() }] }];
    const properties = { ...shop.plan.properties, groups };
    const plan = { ...shop.plan, recoveryPlanName: "second", properties, activeLocation: "recovery" };
    const told = handlerOf("recovery-plan", shop.site.engine).announceCreation!(plan);
    await expect(told).rejects.toThrow(/another cannot be moved by the update that starts its drill new/);
  });

  it("says what forbids the drill of a machine that is there", async () => {
    const { engine, itemId } = shop.site;
    expect(await announceDrill(drillOf({ protectedItemId: itemId }))).toBe("");
    const other = drillOf({ protectedItemId: itemId, recoveryPoint: "no-such-point" });
    expect(await announceDrill(other)).toMatch(/as things are now an update refuses this/);
    await handlerOf("drill", engine).create(
      { ...drillOf({ protectedItemId: itemId }), drillName: "first" },
      quiet,
    );
    expect(await announceDrill(drillOf({ protectedItemId: itemId }))).toMatch(
      /as things are now an update refuses this/,
    );
  });
});
