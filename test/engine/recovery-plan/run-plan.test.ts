import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { hashOf, quiet } from "../fixture.ts";
import { machineNames, Shop, trace } from "./shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

const planned = { operation: "PlannedFailover" } as const;

describe("a run of a recovery plan", () => {
  it("[V2F-2] [H2F-2] shuts sources down in reverse, makes all machines, then starts them group by group", async () => {
    const { engine } = shop.site;
    const told = trace();
    const outcome = await engine.plans.run(shop.planId, planned, told);
    expect(outcome.state).toBe("Succeeded");
    const shown = told.lines.filter((line) => /: (shut down|start)$|Start the replica/.test(line));
    expect(shown.filter((line) => !line.includes("Start the replica"))).toEqual([
      "Shutdown: web1: shut down",
      "Shutdown: web2: shut down",
      "Shutdown: db1: shut down",
      "Group 1: db1: start",
      "Group 2: web1: start",
      "Group 2: web2: start",
    ]);
    const made = shown.flatMap((line, index) => (line.includes("Start the replica") ? [index] : []));
    expect(made).toEqual([3, 4, 5]);
    for (const name of machineNames) {
      expect(hashOf(shop.replica(name)), name).toBe(hashOf(shop.image(name)));
      expect([shop.power(shop.image(name)), shop.power(shop.replica(name))]).toEqual(["off", "running"]);
    }
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitPending"));
    const [job] = engine.jobs({ targetId: shop.planId, limit: 1 });
    expect([job!.state, job!.scenario, job!.tasks.length]).toEqual(["Succeeded", "PlannedFailover", 9]);
    expect(new Set(job!.tasks.map(({ state }) => state))).toEqual(new Set(["Succeeded"]));
  });

  it("derives what is allowed from its machines, and brings them all back", async () => {
    const { engine } = shop.site;
    const allowed = (): readonly string[] => engine.plans.view(shop.planId).allowedOperations;
    expect(allowed()).toEqual(["PlannedFailover", "UnplannedFailover", "TestFailover"]);
    await engine.plans.run(shop.planId, planned, quiet);
    expect(allowed()).toEqual(["ChangePit", "CancelFailover", "Commit"]);
    await expect(engine.plans.run(shop.planId, { operation: "Failback" }, quiet)).rejects.toThrow(
      /failback of shop is not allowed now[\s\S]*db1 is not allowed[\s\S]*Allowed now for shop: .*plan commit shop/,
    );
    await engine.plans.run(shop.planId, { operation: "Commit" }, quiet);
    expect(allowed()).toEqual(["Failback"]);
    // What the machines write at the recovery side comes back with them.
    const disk = await openTrackedDisk(shop.replica("db1"));
    await disk.write(Buffer.from("written at the recovery side"), 70_000);
    await disk.close();
    const written = hashOf(shop.replica("db1"));
    const told = trace();
    await engine.plans.run(shop.planId, { operation: "Failback" }, told);
    // What was written is sent while the machine runs; when it is off there is nothing left to send.
    const { tasks } = engine.plans.view(shop.planId).lastJob!;
    const early = tasks.find(({ name }) => name === "Shutdown: changes of db1")!.result as {
      bytesSent: number;
    };
    expect(early.bytesSent).toBeGreaterThan(0);
    expect(engine.findItem(shop.itemId("db1"))!.details.lastCycle!.bytesSent).toBe(0);
    expect(
      told.lines.filter((line) => /: (shut down|start)$/.test(line)).map((line) => line.split(": ")[1]),
    ).toEqual(["web1", "web2", "db1", "db1", "web1", "web2"]);
    expect(hashOf(shop.image("db1"))).toBe(written);
    await engine.plans.run(shop.planId, { operation: "Commit" }, quiet);
    await engine.plans.run(shop.planId, { operation: "ReverseReplicate" }, quiet);
    expect(shop.states()).toEqual(Array(3).fill("Protected"));
    for (const name of machineNames) {
      expect([shop.power(shop.image(name)), shop.power(shop.replica(name))]).toEqual(["running", "absent"]);
    }
    expect(allowed()).toEqual(["PlannedFailover", "UnplannedFailover", "TestFailover"]);
    expect(Object.keys(engine.plans.view(shop.planId).lastEndedAt).toSorted()).toEqual([
      "Commit",
      "Failback",
      "PlannedFailover",
      "ReverseReplicate",
    ]);
  });

  it("tests its machines in an isolated network, beside those that run, and cleans up its own only", async () => {
    const { engine, ids } = shop.site;
    const test = { operation: "TestFailover", networkId: ids.drillNetwork } as const;
    const production = { ...test, networkId: ids.network };
    await expect(engine.plans.run(shop.planId, production, quiet)).rejects.toThrow(/Use an isolated network/);
    await engine.plans.run(shop.planId, test, quiet);
    for (const name of machineNames) {
      expect(hashOf(shop.replica(name, "-test"))).toBe(hashOf(shop.image(name)));
      expect([shop.power(shop.image(name)), shop.power(shop.replica(name, "-test"))]).toEqual([
        "running",
        "running",
      ]);
    }
    expect(engine.plans.view(shop.planId).allowedOperations).toEqual(["TestFailoverCleanup"]);
    await engine.plans.run(shop.planId, { operation: "TestFailoverCleanup" }, quiet);
    expect(machineNames.map((name) => shop.power(shop.replica(name, "-test")))).toEqual(
      Array(3).fill("absent"),
    );
    const again = engine.plans.run(shop.planId, { operation: "TestFailoverCleanup" }, quiet);
    await expect(again).rejects.toThrow(/nothing to do for the test failover clean-up of shop/);
  });

  it("fails over unplanned when the site is gone, from one choice of recovery points", async () => {
    const { engine, folder } = shop.site;
    const wanted = machineNames.map((name) => hashOf(shop.image(name)));
    fs.renameSync(`${folder}/hv1`, `${folder}/unplugged`);
    const refused = engine.plans.run(shop.planId, planned, quiet);
    await expect(refused).rejects.toThrow(
      /not allowed now, and nothing was changed:\s*The machine .* hv1 .* does not answer/,
    );
    expect(engine.jobs({ targetId: shop.planId, limit: 1 })).toEqual([]);
    await engine.plans.run(shop.planId, { operation: "UnplannedFailover", recoveryPoint: "latest" }, quiet);
    expect(machineNames.map((name) => hashOf(shop.replica(name)))).toEqual(wanted);
    const [job] = engine.jobs({ targetId: shop.planId, limit: 1 });
    const points = job!.tasks.find(({ name }) => name === "Failover: recovery points")!.result as object;
    expect(Object.keys(points)).toHaveLength(3);
  });
});

describe("a run that fails in part", () => {
  it("lets the others of the group go on, and run again goes on with what is left", async () => {
    const { engine } = shop.site;
    const image = shop.image("web2");
    const lose = shop.script("lose", `echo lose >> ${shop.notes}; mv ${image} ${image}.away`);
    const shutdown = { groupType: "Shutdown", endGroupActions: [lose] };
    const groups = [shutdown, shop.boot(["db1"]), shop.boot(["web1", "web2"])];
    await shop.declare(groups);
    await expect(engine.plans.run(shop.planId, planned, quiet)).rejects.toThrow(
      /planned failover of shop stopped at Failover \(1 of 3\)[\s\S]*web2[\s\S]*run it again/,
    );
    const half = ["PlannedFailoverCommitPending", "PlannedFailoverCommitPending", "Protected"];
    expect(shop.states()).toEqual(half);
    expect(machineNames.map((name) => shop.power(shop.replica(name)))).toEqual(["off", "off", "absent"]);
    const [failed] = engine.jobs({ targetId: shop.planId, limit: 1 });
    const table = failed!.tasks.map(({ name, state }) => `${name} ${state}`);
    expect(table.slice(-6)).toEqual([
      "Failover: db1 Succeeded",
      "Failover: web1 Succeeded",
      "Failover: web2 Failed",
      "Group 1: db1 NotStarted",
      "Group 2: web1 NotStarted",
      "Group 2: web2 NotStarted",
    ]);
    fs.renameSync(`${image}.away`, image);
    const told = trace();
    await engine.plans.run(shop.planId, planned, told);
    expect(told.lines[0]).toBe("resuming the run that failed");
    expect(told.lines.filter((line) => /Failover: (db1|web1)/.test(line))).toEqual([]);
    expect(shop.noted()).toEqual(["lose"]);
    expect(machineNames.map((name) => shop.power(shop.replica(name)))).toEqual(Array(3).fill("running"));
    const jobs = engine.jobs({ targetId: shop.planId, limit: 5 });
    expect(jobs.map(({ state, attempts }) => [state, attempts])).toEqual([["Succeeded", 2]]);
  });

  it("given up, starts the sources again that it did not move, and begins anew the next time", async () => {
    const { engine } = shop.site;
    const lose = shop.script(
      "lose",
      `[ -e ${shop.notes} ] || mv ${shop.image("web2")} ${shop.image("web2")}.away; touch ${shop.notes}`,
    );
    const shutdown = { groupType: "Shutdown", startGroupActions: [lose] };
    await shop.declare([shutdown, shop.boot(["db1"]), shop.boot(["web1", "web2"])]);
    await expect(engine.plans.run(shop.planId, planned, quiet)).rejects.toThrow(
      /stopped at Shutdown \(1 of 2\)/,
    );
    expect(machineNames.map((name) => shop.power(shop.image(name)))).toEqual(["running", "off", "running"]);
    const [failed] = engine.jobs({ targetId: shop.planId, limit: 1 });
    expect(await engine.plans.cancel(failed!.id, quiet)).toBe("given up");
    expect(machineNames.map((name) => shop.power(shop.image(name)))).toEqual(Array(3).fill("running"));
    fs.renameSync(`${shop.image("web2")}.away`, shop.image("web2"));
    await engine.plans.run(shop.planId, planned, quiet);
    const jobs = engine.jobs({ targetId: shop.planId, limit: 5 });
    expect(jobs.map(({ state }) => state)).toEqual(["Succeeded", "Cancelled"]);
  });
});
