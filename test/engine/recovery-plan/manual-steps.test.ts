import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEngine } from "../../../provider/engine/engine.ts";
import { quiet } from "../fixture.ts";
import { machineNames, Shop, trace } from "./shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

const planned = { operation: "PlannedFailover" } as const;
const running = (): number =>
  machineNames.filter((name) => shop.power(shop.replica(name)) === "running").length;

describe("the manual steps of a plan", () => {
  const declare = (): Promise<void> =>
    shop.declare([
      shop.boot(["db1"], { endGroupActions: [shop.manual("look", "look at the database")] }),
      shop.boot(["web1", "web2"]),
    ]);

  it("suspend the job until somebody completes them, and the process that waits goes on", async () => {
    await declare();
    const { engine } = shop.site;
    const told = trace();
    const run = engine.plans.run(shop.planId, planned, told);
    const state = (): string | undefined => engine.plans.view(shop.planId).lastJob?.state;
    await expect.poll(state).toBe("Suspended");
    expect(running()).toBe(1);
    const { lastJob } = engine.plans.view(shop.planId);
    expect(told.lines.at(-1)).toBe(
      `Group 1: look: waits for a person: look (look at the database). When it is done: ` +
        `\`siterecovery jobs complete ${lastJob!.id}\``,
    );
    const other = await openEngine({ home: engine.homeFolder });
    await expect(other.plans.run(shop.planId, planned, quiet)).rejects.toThrow(
      /is busy: planned failover is under way/,
    );
    expect(await other.plans.complete(lastJob!.id, "seen by Ann", quiet)).toBe("goes on elsewhere");
    await expect(other.plans.complete(lastJob!.id, "", quiet)).rejects.toThrow(/does not wait for a person/);
    other.close();
    expect((await run).state).toBe("Succeeded");
    expect([running(), told.lines.includes("Group 1: look: completed: seen by Ann")]).toEqual([3, true]);
  });

  it("are completed in another process when the one that waited is gone", async () => {
    await declare();
    const { engine } = shop.site;
    const outcome = await engine.plans.run(shop.planId, planned, quiet, { waits: false });
    expect([outcome.state, running()]).toEqual(["Suspended", 1]);
    // Another operation has to wait for the person, too; the same one shows that it waits.
    await expect(engine.plans.run(shop.planId, { operation: "Commit" }, quiet)).rejects.toThrow(
      /shop waits for a person in its PlannedFailover/,
    );
    expect((await engine.plans.run(shop.planId, planned, quiet, { waits: false })).state).toBe("Suspended");
    expect(await engine.plans.complete(outcome.jobId, "", quiet)).toEqual({
      jobId: outcome.jobId,
      state: "Succeeded",
    });
    expect(running()).toBe(3);
  });

  it("can be given up: the machines that moved stay, and the next run begins anew", async () => {
    await declare();
    const { engine } = shop.site;
    const { jobId } = await engine.plans.run(shop.planId, planned, quiet, { waits: false });
    expect(await engine.plans.cancel(jobId, quiet)).toBe("given up");
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitPending"));
    await expect(engine.plans.complete(jobId, "", quiet)).rejects.toThrow(/does not wait for a person/);
    const again = await engine.plans.run(shop.planId, planned, quiet, { waits: false });
    expect([again.state, again.jobId === jobId]).toEqual(["Suspended", false]);
    await engine.plans.complete(again.jobId, "", quiet);
    expect(running()).toBe(3);
  });
});
