/** Drills of a plan that a program declares, once and by a schedule. Needs a build, and the real Pulumi CLI. */
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { declarationsIn, declaredProgram } from "./declared-program.ts";
import { diskContent, sha256 } from "./disk-content.ts";
import { makePluginProject } from "./plugin-project.ts";
import { PulumiProject } from "./pulumi-project.ts";

interface DrillStatus {
  readonly drills: readonly {
    readonly plan: string;
    readonly testMachines: readonly string[];
    readonly nextRunTime: string | null;
    readonly lastRun: { readonly state: string; readonly error: string | null } | null;
  }[];
}

interface Alert {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

const names = ["db1", "web1"] as const;
const main = path.resolve(import.meta.dirname, "../../dist/bundle/command.js");
const doors: [string, () => Promise<PulumiProject>][] = [
  ["a definition", () => PulumiProject.make()],
  ["the plugin", () => makePluginProject("")],
];

describe.each(doors)("a drill of a plan through %s, with the real Pulumi CLI", (door, make) => {
  let project: PulumiProject;
  const source = (name: string): string => project.path("hv1", name, "os.img");
  const test = (name: string, file: string): string =>
    project.path(".siterecovery/azure/dr", `${name}-test`, file);
  const drills = async (): Promise<DrillStatus["drills"]> =>
    (await project.json<DrillStatus>("status")).drills;

  /** Writes the program: the plan boots the database first, and a person looks at it in tests if there is a step. */
  async function define(drill: object | undefined, step?: string): Promise<void> {
    const groups = [["db1"], { machines: ["web1"], before: step ? [{ manual: step, on: ["test"] }] : [] }];
    project.define({
      machines: names.map((name) => ({ name })),
      plans: [{ name: "shop", groups }],
      drills: drill ? [{ name: "quarterly", plan: "shop", network: "drill-net", ...drill }] : [],
    });
    if (door === "a definition") return;
    const declarations = await declarationsIn(project.folder);
    project.write("program/main.ts", declaredProgram(declarations, { from: "./classes.js" }));
  }

  async function up(): Promise<string> {
    const run = await project.up();
    expect(run.status, run.text).toBe(0);
    return run.text;
  }

  /** `replicate --follow` with the drill due at once, until it has printed what is awaited. */
  async function followUntil(awaited: RegExp): Promise<string> {
    const store = new DatabaseSync(project.path(".siterecovery", "siterecovery.db"));
    store.exec("PRAGMA busy_timeout = 10000; UPDATE drill_schedules SET due_at = 0");
    store.close();
    const child: ChildProcess = spawn(process.execPath, [main, "replicate", "--follow"], {
      cwd: project.folder,
      env: { ...process.env, NO_COLOR: "1" },
    });
    let text = "";
    const ended = new Promise((resolve) => child.on("close", resolve));
    const found = new Promise<void>((resolve) => {
      const hear = (chunk: Buffer): void => {
        text += chunk.toString();
        if (awaited.test(text)) resolve();
      };
      child.stdout?.on("data", hear);
      child.stderr?.on("data", hear);
    });
    await Promise.race([found, ended]);
    child.kill("SIGTERM");
    await ended;
    expect(text).toMatch(awaited);
    return text;
  }

  beforeAll(async () => {
    project = await make();
    for (const [index, name] of names.entries())
      project.addMachine(name, [{ id: "os", content: diskContent(index + 3, 2) }]);
    await define(undefined);
    await up();
  });
  afterAll(() => project.remove());

  it("tests all its machines, and removes the test machines with the drill", async () => {
    await define({});
    const preview = await project.preview();
    expect(preview.text, preview.text).toContain("1 to create");
    expect(fs.existsSync(test("db1", "os.img"))).toBe(false);
    expect(await up()).toContain("1 created");
    for (const name of names) {
      expect(sha256(test(name, "os.img"))).toBe(sha256(source(name)));
      expect(fs.readFileSync(test(name, "power-state"), "utf8")).toBe("running\n");
      expect(fs.readFileSync(test(name, "machine.yaml"), "utf8")).toContain("network: drill-net");
    }
    expect(await drills()).toMatchObject([{ plan: "shop", testMachines: ["db1-test", "web1-test"] }]);
    expect(await project.state()).toContain(sha256(source("web1")));
    const again = await project.preview("--refresh", "--expect-no-changes");
    expect(again.status, again.text).toBe(0);

    await define(undefined);
    expect(await up()).toContain("1 deleted");
    for (const name of names) expect(fs.existsSync(test(name, "os.img"))).toBe(false);
  });

  it("runs by its schedule, waits for a person for a time that it says, and cleans up", async () => {
    await define(
      { schedule: { everyDays: 90, days: ["Saturday", "Sunday"], timeZone: "UTC" } },
      "look at the data",
    );
    await up();
    const [before] = await drills();
    expect(before).toMatchObject({ testMachines: [], lastRun: null });
    expect(new Date(before!.nextRunTime!).getTime()).toBeGreaterThan(Date.now());

    await followUntil(/quarterly: waits: the manual step .*look at the data waits for a person until \d{4}-/);
    expect((await drills())[0]!.testMachines).toEqual(["db1-test", "web1-test"]);
    const alert = (await project.json<Alert[]>("alerts")).find(({ code }) => code === "DrillWaits")!;
    const [, job] = /siterecovery jobs complete ([\w-]+)/.exec(alert.message) ?? [];
    const completed = await project.siterecovery("jobs", "complete", job!, "--comments", "all there");
    expect(completed.status, completed.text).toBe(0);

    await followUntil(/quarterly: drill Succeeded, RPO .*, RTO /);
    expect(await drills()).toMatchObject([
      { testMachines: [], lastRun: { state: "Succeeded", error: null } },
    ]);
    for (const name of names) expect(fs.existsSync(test(name, "os.img"))).toBe(false);
    expect(await up()).not.toMatch(/\d+ (created|updated|deleted)/);
  });

  it("gives a run up whose manual step no person completes in time", async () => {
    await followUntil(/quarterly: waits: the manual step/);
    const store = new DatabaseSync(project.path(".siterecovery", "siterecovery.db"));
    store.exec(`UPDATE drill_schedules SET state = json_set(state, '$.run.step.since',
      json_extract(state, '$.run.step.since') - 8 * 86400000)`);
    store.close();
    await followUntil(
      /quarterly: drill Failed.*: The manual step .*look at the data of shop was not completed/,
    );
    for (const name of names) expect(fs.existsSync(test(name, "os.img"))).toBe(false);
    const alerts = await project.siterecovery("alerts", "--check");
    expect([alerts.status, alerts.stdout]).toEqual([1, expect.stringMatching(/quarterly.*not completed/)]);
    const allowed = await project.json<{ allowedOperations: string[] }>("plan", "show", "shop");
    expect(allowed.allowedOperations).toContain("TestFailover");
  });
});
