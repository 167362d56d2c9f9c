/** `--dry-run` shows and changes nothing; a terminal is asked once, and nothing else is. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop } from "../engine/recovery-plan/shop.ts";
import { testedCommand } from "../tested-command.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

const hasScript = fs.existsSync("/usr/bin/script");

function sr(...words: string[]): { code: number | null; out: string; text: string } {
  const args = [testedCommand, "--home", shop.site.engine.homeFolder, ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { code: status, out: stdout, text: stdout + stderr };
}

/** The same on a terminal, whose user types a line. */
function onTerminal(typed: string, ...words: string[]): { code: number | null; text: string } {
  const command = [process.execPath, testedCommand, "--home", shop.site.engine.homeFolder, ...words].join(
    " ",
  );
  const { status, stdout } = spawnSync("script", ["-qec", command, "/dev/null"], {
    encoding: "utf8",
    input: `${typed}\n`,
  });
  return { code: status, text: stdout };
}

const powers = (): string[] => [shop.power(shop.image("web1")), shop.power(shop.replica("web1"))];

describe("--dry-run", () => {
  it("shows what a failover would do, and changes nothing", () => {
    const shown = sr("failover", "web1", "--kind", "unplanned", "--dry-run", "--json");
    expect(shown.code, shown.text).toBe(0);
    const json = JSON.parse(shown.out) as {
      allowed: boolean;
      recoveryPoint: { kind: string };
      steps: { action: string }[];
    };
    expect([json.allowed, json.recoveryPoint.kind]).toEqual([true, "CrashConsistent"]);
    expect(json.steps.map(({ action }) => action)).toEqual(["shutDown", "make", "start"]);
    expect(sr("failover", "web1", "--dry-run").text).toMatch(
      /shut down web1 at the primary side[\s\S]*Nothing was changed/,
    );
    expect([shop.states()[1], powers()]).toEqual(["Protected", ["running", "absent"]]);
  });

  it("ends with exit code 1 and the reason where something forbids it", () => {
    const forbidden = sr("failover", "web1", "--kind", "unplanned", "--recovery-point", "bogus", "--dry-run");
    expect([forbidden.code, forbidden.text]).toEqual([
      1,
      expect.stringMatching(/forbidden: web1 has no recovery point "bogus"/),
    ]);
    expect(sr("commit", "web1", "--dry-run").code).toBe(1);
    expect(sr("failover", "web1", "--recovery-point", "bogus").code).toBe(2);
    expect(sr("plan", "failover", "shop", "--recovery-point", "bogus").text).toMatch(/Add --kind unplanned/);
  });

  it("shows what a drill and its clean-up would do, and changes nothing", () => {
    const drill = sr("test-failover", "web1", "--network", "drill-net", "--dry-run", "--json");
    expect(drill.code, drill.text).toBe(0);
    expect(JSON.parse(drill.out)).toMatchObject({
      allowed: true,
      recoveryPoint: { kind: "CrashConsistent" },
      steps: [{ action: "make" }, { action: "start" }],
    });
    const forbidden = sr("test-failover", "web1", "--network", "recovery-net", "--dry-run");
    expect([forbidden.code, forbidden.text]).toEqual([
      1,
      expect.stringMatching(/forbidden: .*cannot use recovery-net/),
    ]);
    expect(shop.power(shop.replica("web1", "-test"))).toBe("absent");
    expect(sr("test-failover", "web1", "--network", "drill-net").code).toBe(0);
    const cleanUp = sr("clean-up", "web1", "--dry-run");
    expect([cleanUp.code, cleanUp.text]).toEqual([0, expect.stringMatching(/remove web1-test/)]);
    expect(shop.power(shop.replica("web1", "-test"))).toBe("running");
  });

  it("shows a plan group by group, with its manual steps", async () => {
    await shop.declare([
      shop.boot(["db1"], { endGroupActions: [shop.manual("look", "look at the database")] }),
      shop.boot(["web1", "web2"]),
    ]);
    const shown = sr("plan", "failover", "shop", "--dry-run", "--commit");
    expect(shown.code, shown.text).toBe(0);
    expect(shown.text).toMatch(
      /Shutdown: shut down web2[\s\S]*Group 1: wait for a person: look at the database[\s\S]*then: commit\n +db1:\n +- drop/,
    );
    expect(shop.states()).toEqual(Array(3).fill("Protected"));
  });
});

describe("--dry-run of a command of several steps", () => {
  interface Later {
    readonly allowed: boolean;
    readonly then: { operation: string; steps: { action: string }[]; refusals: { code: string }[] }[];
  }

  it("shows each step, and what forbids a later one forbids the command", () => {
    const out = sr("failover", "web1", "--commit", "--dry-run", "--json");
    expect(out.code, out.text).toBe(0);
    const { then } = JSON.parse(out.out) as Later;
    expect(then).toMatchObject([{ operation: "commit", steps: [{ action: "drop" }], refusals: [] }]);
    expect(sr("failover", "web1").code).toBe(0);
    const back = sr("failback", "web1", "--dry-run");
    expect([back.code, back.text]).toEqual([
      0,
      expect.stringMatching(
        /then: failback\n[\s\S]*then: commit\n[\s\S]*then: reverse replication\n +- remove/,
      ),
    ]);
    const host = path.dirname(path.dirname(shop.image("web1")));
    fs.renameSync(host, `${host}-away`);
    const forbidden = sr("failback", "web1", "--dry-run", "--json");
    const json = JSON.parse(forbidden.out) as Later;
    expect([forbidden.code, json.allowed]).toEqual([1, false]);
    expect(json.then[0]).toMatchObject({ operation: "failback", refusals: [{ code: "SourceUnreachable" }] });
    fs.renameSync(`${host}-away`, host);
    expect(shop.states()[1]).toBe("PlannedFailoverCommitPending");
  });

  it("shows each operation of a plan with each machine's steps", () => {
    expect(sr("plan", "failover", "shop", "--commit").code).toBe(0);
    const back = sr("plan", "failback", "shop", "--finish", "--dry-run", "--json");
    expect(back.code, back.text).toBe(0);
    const { then } = JSON.parse(back.out) as { then: { operation: string; machines: object[] }[] };
    expect(then.map(({ operation, machines }) => [operation, machines.length])).toEqual([
      ["Commit", 3],
      ["ReverseReplicate", 3],
    ]);
    expect(then[1]!.machines[0]).toMatchObject({ name: "db1", steps: [{ action: "remove" }] });
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitted"));
  });
});

describe.skipIf(!hasScript)("on a terminal", () => {
  it("a failover asks once: a no changes nothing, a yes goes on, --yes does not ask", () => {
    const no = onTerminal("n", "failover", "web1");
    expect([no.code, no.text]).toEqual([1, expect.stringMatching(/Go on\?[\s\S]*Nothing was changed/)]);
    expect(powers()).toEqual(["running", "absent"]);
    const yes = onTerminal("y", "failover", "web1");
    expect([yes.code, yes.text]).toEqual([
      0,
      expect.stringMatching(/from recovery point .* old then\s+disks: .*os\.img/),
    ]);
    expect(powers()).toEqual(["off", "running"]);
    const silent = onTerminal("", "commit", "web1", "--yes");
    expect(silent.code).toBe(0);
    expect(silent.text).not.toMatch(/Go on/);
  });
});
