import { spawnSync } from "node:child_process";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEngine } from "../../../provider/engine/engine.ts";
import { hashOf, quiet } from "../fixture.ts";
import { machineNames, Shop, trace } from "./shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

const planned = { operation: "PlannedFailover" } as const;

/** Runs the plan in a process of its own that dies when it reports a line. */
function dieAt(line: string, operation = "PlannedFailover"): void {
  const script = `
    const { openEngine } = await import(${JSON.stringify(path.resolve("provider/engine/engine.ts"))});
    const engine = await openEngine({ home: ${JSON.stringify(shop.site.engine.homeFolder)} });
    const report = (line) => { if (line.startsWith(${JSON.stringify(line)})) process.kill(process.pid, "SIGKILL"); };
    await engine.plans.run(${JSON.stringify(shop.planId)}, { operation: "${operation}" }, { report });`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(child.signal, child.stderr).toBe("SIGKILL");
}

describe("a plan whose process was killed", () => {
  for (const line of [
    "Shutdown: web2: shut down",
    "Failover: db1: Take the last delta",
    "Failover: web1: Start the replica machine",
    "Group 1: note: run",
    "Group 2: web1: start",
  ]) {
    it(`goes on where it stopped: killed at "${line}"`, async () => {
      const note = shop.script("note", `echo $SITERECOVERY_JOB >> ${shop.notes}`);
      await shop.declare([shop.boot(["db1"], { endGroupActions: [note] }), shop.boot(["web1", "web2"])]);
      dieAt(line);
      const { engine } = shop.site;
      const told = trace();
      const { jobId, state } = await engine.plans.run(shop.planId, planned, told);
      expect([told.lines[0], state]).toEqual(["resuming the planned failover", "Succeeded"]);
      const [job] = engine.jobs({ targetId: shop.planId, limit: 5 });
      expect([job!.id, job!.attempts]).toEqual([jobId, 2]);
      expect(shop.noted()).toEqual([jobId]);
      for (const name of machineNames) {
        expect(hashOf(shop.replica(name))).toBe(hashOf(shop.image(name)));
        expect([shop.power(shop.image(name)), shop.power(shop.replica(name))]).toEqual(["off", "running"]);
        const own = engine.jobs({ targetId: shop.itemId(name), limit: 5 });
        expect(own.filter(({ scenario }) => scenario === "PlannedFailover")).toHaveLength(1);
      }
    });
  }

  it("loses nothing while it waits for a person", async () => {
    const look = shop.manual("look", "look at the database");
    await shop.declare([shop.boot(["db1"], { endGroupActions: [look] }), shop.boot(["web1", "web2"])]);
    dieAt("Group 1: look: waits for a person");
    const { engine } = shop.site;
    const { lastJob } = engine.plans.view(shop.planId);
    expect(lastJob!.state).toBe("Suspended");
    const told = trace();
    expect(await engine.plans.complete(lastJob!.id, "done", told)).toEqual({
      jobId: lastJob!.id,
      state: "Succeeded",
    });
    expect(told.lines).toEqual(["Group 2: web1: start", "Group 2: web2: start"]);
    expect(machineNames.map((name) => shop.power(shop.replica(name)))).toEqual(Array(3).fill("running"));
  });

  it("goes on with a failback as well", async () => {
    const { engine } = shop.site;
    await engine.plans.run(shop.planId, planned, quiet);
    await engine.plans.run(shop.planId, { operation: "Commit" }, quiet);
    dieAt("Failover: web1: Make the primary side", "Failback");
    await engine.plans.run(shop.planId, { operation: "Failback" }, quiet);
    expect(shop.states()).toEqual(Array(3).fill("FailbackCommitPending"));
    expect(machineNames.map((name) => shop.power(shop.image(name)))).toEqual(Array(3).fill("running"));
    expect(machineNames.map((name) => shop.power(shop.replica(name)))).toEqual(Array(3).fill("off"));
  });
});

describe("two that want the same machines", () => {
  it("at once, the second is told who works on them, and nothing waits for ever", async () => {
    const { engine } = shop.site;
    await shop.declare([shop.boot(["web1", "db1"])], "other");
    const other = await openEngine({ home: engine.homeFolder });
    const otherId = shop.planId.replace(/shop$/, "other");
    const both = await Promise.allSettled([
      engine.plans.run(shop.planId, planned, quiet),
      other.plans.run(otherId, planned, quiet),
    ]);
    const [refused, ...others] = both.flatMap((one) =>
      one.status === "rejected" ? [one.reason as Error] : [],
    );
    expect(others).toEqual([]);
    expect(refused!.message).toMatch(/cannot run now: (its machine|.* of) (web1|db1) is/);
    other.close();
    if (both[0].status === "rejected") await engine.plans.run(shop.planId, planned, quiet);
    const late = engine.plans.run(otherId, planned, quiet);
    await expect(late).rejects.toThrow(/nothing to do for the planned failover of other/);
  });

  it("while a plan waits, another plan is refused, and a machine that was moved by hand is passed over", async () => {
    const { engine } = shop.site;
    const look = shop.manual("look", "before anything is moved");
    await shop.declare([{ groupType: "Failover", startGroupActions: [look] }, shop.boot(machineNames)]);
    const { jobId } = await engine.plans.run(shop.planId, planned, quiet, { waits: false });
    await shop.declare([shop.boot(["web1", "db1"])], "other");
    await expect(engine.plans.run(shop.planId.replace(/shop$/, "other"), planned, quiet)).rejects.toThrow(
      /whose PlannedFailover has not ended \(job .*, Suspended\)[\s\S]*jobs cancel/,
    );
    // A person moves one of its machines by hand meanwhile.
    await engine.moves.failover(shop.itemId("web1"), { kind: "planned", recoveryPoint: "latest" }, quiet);
    await engine.plans.complete(jobId, "", quiet);
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitPending"));
    const move = engine.plans.view(shop.planId).lastJob!.tasks.find(({ name }) => name === "Failover: web1");
    expect(move!.result).toEqual({ skipped: "at the recovery side already" });
  });

  it("waits for a replication cycle of the schedule, and does not fail on it", async () => {
    const { engine } = shop.site;
    const other = await openEngine({ home: engine.homeFolder });
    const cycle = other.replicate(shop.itemId("web1"), quiet, "resync");
    const told = trace();
    await engine.plans.run(shop.planId, planned, told);
    await cycle;
    other.close();
    expect(told.lines).toContain("Shutdown: web1: waits for replication to end");
    expect(machineNames.map((name) => shop.power(shop.replica(name)))).toEqual(Array(3).fill("running"));
  });

  it("a machine in the midst of its own job refuses the run before anything is changed", async () => {
    const { engine } = shop.site;
    const other = await openEngine({ home: engine.homeFolder });
    const own = other.moves.failover(shop.itemId("db1"), { kind: "planned", recoveryPoint: "latest" }, quiet);
    await expect(engine.plans.run(shop.planId, planned, quiet)).rejects.toThrow(
      /shop cannot run now: planned failover of db1 is under way/,
    );
    await own;
    other.close();
    expect(shop.power(shop.image("web2"))).toBe("running");
    await engine.plans.run(shop.planId, planned, quiet);
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitPending"));
  });
});
