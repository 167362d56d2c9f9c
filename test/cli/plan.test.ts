import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { machineNames, Shop } from "../engine/recovery-plan/shop.ts";
import { testedCommand } from "../tested-command.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function siterecovery(...words: string[]): Ended {
  const home = shop.site.engine.homeFolder;
  const env = { ...process.env, NO_COLOR: "1" };
  return spawnSync(process.execPath, [testedCommand, "--home", home, ...words], { encoding: "utf8", env });
}

interface RunJson {
  readonly job: { readonly id: string; readonly state: string; readonly operation: string };
  readonly tasks: readonly { readonly name: string; readonly group: string; readonly state: string }[];
  readonly allowedOperations: readonly string[];
}

const powers = (): string[] => machineNames.map((name) => shop.power(shop.replica(name)));

describe("siterecovery plan", () => {
  it("[V2F-2] runs a plan there and back, shows each step, and says what is allowed next", () => {
    const before = siterecovery("plan", "show", "shop");
    expect(before.stdout).toMatch(/Group 1 +db1 +Protected +primary/);
    expect(before.stdout).toContain(
      [
        "Allowed now:",
        "  siterecovery plan failover shop --kind planned",
        "  siterecovery plan failover shop --kind unplanned",
        "  siterecovery plan test-failover shop --network <network>\n",
      ].join("\n"),
    );
    const over = siterecovery("plan", "failover", "shop", "--kind", "planned");
    expect([over.status, over.stdout.split("\n").at(-2)]).toEqual([0, "shop: planned failover done"]);
    expect(over.stderr).toMatch(/Shutdown: web1: shut down\n[\s\S]*Group 2: web2: start\n/);
    expect(over.stdout).toMatch(/Failover +web2 +Succeeded/);
    expect(powers()).toEqual(Array(3).fill("running"));
    const refused = siterecovery("plan", "failback", "shop");
    expect([refused.status, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(
      /failback of shop is not allowed now[\s\S]*Allowed now for shop: [\s\S]*`siterecovery plan commit shop`/,
    );
    expect(siterecovery("plan", "commit", "shop").status).toBe(0);
    const back = siterecovery("plan", "failback", "shop", "--finish", "--json");
    expect(back.status, back.stderr).toBe(0);
    expect(shop.states()).toEqual(Array(3).fill("Protected"));
    const shown = JSON.parse(siterecovery("plan", "show", "shop", "--json").stdout) as {
      allowedOperations: string[];
      activeLocation: string;
      lastRun: RunJson;
    };
    expect([shown.activeLocation, shown.lastRun.job.operation]).toEqual(["primary", "ReverseReplicate"]);
    expect(shown.allowedOperations).toContain("PlannedFailover");
  });

  it("names the clean-up of a machine's own test, which keeps the plan from everything", () => {
    expect(siterecovery("test-failover", "web1", "--network", "drill-net").status).toBe(0);
    expect(siterecovery("plan", "show", "shop").stdout).toContain(
      "Allowed now:\n  siterecovery clean-up web1\n",
    );
    const { allowedOperations, allowedCommands } = JSON.parse(
      siterecovery("plan", "show", "shop", "--json").stdout,
    ) as { allowedOperations: string[]; allowedCommands: string[] };
    expect([allowedOperations, allowedCommands]).toEqual([[], ["siterecovery clean-up web1"]]);
    expect(siterecovery("plan", "clean-up", "shop").stderr).toContain(
      "Allowed now: `siterecovery clean-up web1`.",
    );
  });

  it("tests a plan and cleans up", () => {
    expect(siterecovery("plan", "test-failover", "shop").stderr).toContain(
      "required option '--network <name>'",
    );
    const test = siterecovery("plan", "test-failover", "shop", "--network", "drill-net", "--json");
    expect(test.status, test.stderr).toBe(0);
    const run = JSON.parse(test.stdout) as RunJson;
    expect([run.job.state, run.allowedOperations]).toEqual(["Succeeded", ["TestFailoverCleanup"]]);
    expect(siterecovery("plan", "clean-up", "shop").status).toBe(0);
    expect(machineNames.map((name) => shop.power(shop.replica(name, "-test")))).toEqual(
      Array(3).fill("absent"),
    );
  });

  it("ends with 1 where a machine fails, with the table of who is over, and goes on when it is run again", async () => {
    const image = shop.image("web2");
    const lose = shop.script("lose", `mv ${image} ${image}.away`);
    await shop.declare([{ groupType: "Shutdown", endGroupActions: [lose] }, shop.boot(machineNames)]);
    const half = siterecovery("plan", "failover", "shop", "--json");
    expect(half.status).toBe(1);
    const run = JSON.parse(half.stdout) as RunJson;
    const failover = run.tasks.filter(({ group }) => group === "Failover");
    expect(failover.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "Failover: db1 Succeeded",
      "Failover: web1 Succeeded",
      "Failover: web2 Failed",
    ]);
    expect(half.stderr).toContain("Mend it and run it again: only what is left is done");
    fs.renameSync(`${image}.away`, image);
    expect(siterecovery("plan", "failover", "shop").status).toBe(0);
    expect(powers()).toEqual(Array(3).fill("running"));
  });

  it("ends with 2 for a command line that is wrong, and with 1 for a plan that is not there", () => {
    expect(siterecovery("plan", "failover", "shop", "--kind", "sudden").status).toBe(2);
    const former = siterecovery("plan", "failover", "shop", "--planned", "--dry-run");
    expect([former.status, former.stderr]).toEqual([0, "note: --planned is called --kind planned now\n"]);
    expect(siterecovery("plan", "cleanup", "shop").stderr).toContain(
      "note: cleanup is called clean-up now\n",
    );
    const missing = siterecovery("plan", "show", "shopp");
    expect([missing.status, missing.stderr]).toEqual([
      1,
      'error: There is no recovery plan "shopp". There are: shop.\n',
    ]);
  });
});

describe("siterecovery jobs complete and cancel", () => {
  const declare = (): Promise<void> =>
    shop.declare([
      shop.boot(["db1"], { endGroupActions: [shop.manual("look", "look at the database")] }),
      shop.boot(["web1", "web2"]),
    ]);

  it("lets a plan go on that waits for a person, in the process that completes it", async () => {
    await declare();
    const waiting = siterecovery("plan", "failover", "shop", "--no-wait", "--json");
    const { job } = JSON.parse(waiting.stdout) as RunJson;
    expect([waiting.status, job.state]).toEqual([3, "Suspended"]);
    expect(siterecovery("plan", "show", "shop").stdout).toContain(`siterecovery jobs complete ${job.id}`);
    const completed = siterecovery("jobs", "complete", job.id, "--comments", "seen", "--json");
    expect(completed.status, completed.stderr).toBe(0);
    const run = JSON.parse(completed.stdout) as RunJson;
    expect([run.job.id, run.job.state]).toEqual([job.id, "Succeeded"]);
    expect(powers()).toEqual(Array(3).fill("running"));
    expect(siterecovery("jobs", "shop").stdout).toContain(job.id);
  });

  it("loses nothing when the process that waits is killed", async () => {
    await declare();
    const home = shop.site.engine.homeFolder;
    const child = spawn(process.execPath, [testedCommand, "--home", home, "plan", "failover", "shop"]);
    const ended = new Promise((resolve) => child.on("exit", (_code, signal) => resolve(signal)));
    await expect.poll(() => shop.site.engine.plans.view(shop.planId).lastJob?.state).toBe("Suspended");
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    const { id } = shop.site.engine.plans.view(shop.planId).lastJob!;
    expect(siterecovery("jobs", "complete", id).status).toBe(0);
    expect(powers()).toEqual(Array(3).fill("running"));
  });

  it("gives a run up", async () => {
    await declare();
    const { job } = JSON.parse(
      siterecovery("plan", "failover", "shop", "--no-wait", "--json").stdout,
    ) as RunJson;
    const cancelled = siterecovery("jobs", "cancel", job.id);
    expect([cancelled.status, cancelled.stdout]).toEqual([0, `${job.id}: given up\n`]);
    expect(siterecovery("jobs", "cancel", job.id).stderr).toMatch(/has ended \(Cancelled\)/);
    const own = shop.site.engine.jobs({ targetId: shop.itemId("db1"), limit: 1 })[0]!;
    expect(siterecovery("jobs", "cancel", own.id).stderr).toMatch(/has ended \(Succeeded\)/);
  });
});
