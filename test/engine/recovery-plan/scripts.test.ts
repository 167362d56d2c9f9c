import fs from "node:fs";
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

describe("the scripts of a plan", () => {
  it("run in their order around the groups, at their side, with the facts of the run", async () => {
    const note = (name: string): string =>
      `echo "${name} $(basename $PWD) $SITERECOVERY_GROUP $SITERECOVERY_MACHINE_NAMES ` +
      `$SITERECOVERY_DIRECTION \${PULUMI_CONFIG_PASSPHRASE-unset}" >> ${shop.notes}; echo said ${name}`;
    const make = (name: string, fabricLocation = "Primary"): ReturnType<Shop["script"]> =>
      shop.script(name, note(name), { fabricLocation });
    const testOnly = { ...make("test-only"), failoverTypes: ["TestFailover"] };
    const wayBack = { ...make("way-back"), failoverDirections: ["RecoveryToPrimary"] };
    await shop.declare([
      {
        groupType: "Shutdown",
        startGroupActions: [make("drain"), testOnly],
        endGroupActions: [make("drained")],
      },
      {
        groupType: "Failover",
        startGroupActions: [make("before")],
        endGroupActions: [make("after", "Recovery")],
      },
      shop.boot(["db1"], { endGroupActions: [make("check-db", "Recovery"), wayBack] }),
      shop.boot(["web1", "web2"], { startGroupActions: [make("warm")] }),
    ]);
    const told = trace();
    process.env["PULUMI_CONFIG_PASSPHRASE"] = "a secret";
    try {
      await shop.site.engine.plans.run(shop.planId, planned, told);
    } finally {
      delete process.env["PULUMI_CONFIG_PASSPHRASE"];
    }
    expect(shop.noted()).toEqual([
      "drain hv1 Shutdown  PrimaryToRecovery unset",
      "drained hv1 Shutdown  PrimaryToRecovery unset",
      "before hv1 Failover  PrimaryToRecovery unset",
      "after azure Failover  PrimaryToRecovery unset",
      "check-db azure Group 1 db1 PrimaryToRecovery unset",
      "warm hv1 Group 2 web1,web2 PrimaryToRecovery unset",
    ]);
    const at = (line: string): number => told.lines.indexOf(line);
    const steps = [
      "Shutdown: drain: said drain",
      "Shutdown: web2: shut down",
      "Shutdown: db1: shut down",
      "Shutdown: drained: said drained",
      "Failover: before: said before",
      "Failover: after: said after",
      "Group 1: db1: start",
      "Group 1: check-db: said check-db",
      "Group 2: warm: said warm",
      "Group 2: web1: start",
    ].map(at);
    expect(steps).toEqual(steps.toSorted((one, other) => one - other));
    expect(steps).not.toContain(-1);
    const [job] = shop.site.engine.jobs({ targetId: shop.planId, limit: 1 });
    const task = job!.tasks.find(({ name }) => name === "Group 1 end: check-db")!;
    expect(task.result).toEqual({ exitCode: 0, output: "said check-db\n" });
  });

  it("that fail stop the run before the next group, with what they printed; mended, the run goes on", async () => {
    const flaky = shop.script("flaky", `echo looking; echo no such database >&2; exit 3`);
    await shop.declare([shop.boot(["db1"], { endGroupActions: [flaky] }), shop.boot(["web1", "web2"])]);
    const { engine } = shop.site;
    await expect(engine.plans.run(shop.planId, planned, quiet)).rejects.toThrow(
      /stopped at Group 1[\s\S]*"flaky" of Group 1 .*failed with exit code 3: no such database/,
    );
    expect([running(), shop.power(shop.replica("db1"))]).toEqual([1, "running"]);
    const [job] = engine.jobs({ targetId: shop.planId, limit: 1 });
    const failed = job!.tasks.find(({ state }) => state === "Failed")!;
    expect(failed.name).toBe("Group 1 end: flaky");
    expect((failed.result as { output: string }).output).toBe("looking\nno such database\n");
    shop.script("flaky", `echo mended >> ${shop.notes}`);
    await engine.plans.run(shop.planId, planned, quiet);
    expect([running(), ...shop.noted()]).toEqual([3, "mended"]);
  });

  it("that take longer than their timeout are ended with all that they started", async () => {
    const slow = shop.script(
      "slow",
      `sh -c 'sleep 60; echo late >> ${shop.notes}' & echo $! > ${shop.notes}; wait`,
      {
        timeout: "PT1S",
      },
    );
    await shop.declare([shop.boot(["db1"], { startGroupActions: [slow] }), shop.boot(["web1", "web2"])]);
    await expect(shop.site.engine.plans.run(shop.planId, planned, quiet)).rejects.toThrow(
      /"slow" of Group 1 .*took longer than its timeout of PT1S and was ended/,
    );
    expect(running()).toBe(0);
    const child = Number(shop.noted()[0]);
    const isAlive = (): boolean =>
      fs.existsSync(`/proc/${child}`) &&
      !/^\S+ \(.*\) Z/.test(fs.readFileSync(`/proc/${child}/stat`, "utf8"));
    expect(isAlive()).toBe(false);
  });

  it("may leave something running that goes on by itself, which is not waited for", async () => {
    const start = shop.script("start", `sleep 30 & echo $! > ${shop.notes}; echo started`);
    await shop.declare([shop.boot(["db1", "web1", "web2"], { startGroupActions: [start] })]);
    await shop.site.engine.plans.run(shop.planId, planned, quiet);
    const child = Number(shop.noted()[0]);
    expect(() => process.kill(child, 0)).not.toThrow();
    process.kill(child, "SIGKILL");
    const [job] = shop.site.engine.jobs({ targetId: shop.planId, limit: 1 });
    expect(job!.tasks.find(({ name }) => name.includes("start: start"))!.result).toEqual({
      exitCode: 0,
      output: "started\n",
    });
  });

  it("that are not there, or not executable, say so", async () => {
    const script = shop.script("locked", "exit 0");
    fs.chmodSync((script.customDetails as { path: string }).path, 0o644);
    await shop.declare([shop.boot(["db1", "web1", "web2"], { startGroupActions: [script] })]);
    await expect(shop.site.engine.plans.run(shop.planId, planned, quiet)).rejects.toThrow(
      /"locked" of Group 1 .*could not be started: .*EACCES.*has to be there and executable/,
    );
  });

  it("keep the end of what they print, and no more of it", async () => {
    const loud = shop.script("loud", `i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done`);
    await shop.declare([shop.boot(["db1", "web1", "web2"], { startGroupActions: [loud] })]);
    await shop.site.engine.plans.run(shop.planId, planned, quiet);
    const [job] = shop.site.engine.jobs({ targetId: shop.planId, limit: 1 });
    const { output } = job!.tasks.find(({ name }) => name.includes("loud"))!.result as { output: string };
    expect(output.length).toBe(8192);
    expect(output.endsWith("line 2998\nline 2999\n")).toBe(true);
  });

  it("are ended when the run is given up, which starts the sources again", async () => {
    const slow = shop.script("slow", `echo begun >> ${shop.notes}; sleep 60`);
    await shop.declare([
      { groupType: "Shutdown", endGroupActions: [slow] },
      shop.boot(["db1"]),
      shop.boot(["web1", "web2"]),
    ]);
    const { engine } = shop.site;
    const run = engine.plans.run(shop.planId, planned, quiet);
    const refused = expect(run).rejects.toThrow(/planned failover of shop was given up/);
    await expect.poll(() => shop.noted()).toEqual(["begun"]);
    const other = await openEngine({ home: engine.homeFolder });
    const [job] = other.jobs({ targetId: shop.planId, limit: 1 });
    expect(await other.plans.cancel(job!.id, quiet)).toBe("ends elsewhere");
    other.close();
    await refused;
    expect(machineNames.map((name) => shop.power(shop.image(name)))).toEqual(Array(3).fill("running"));
    expect(engine.jobs({ targetId: shop.planId, limit: 1 })[0]!.state).toBe("Cancelled");
  });
});
