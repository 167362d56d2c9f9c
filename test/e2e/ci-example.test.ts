import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { diskContent } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";

const example = path.resolve(import.meta.dirname, "../../examples/ci");
const policies = [{ name: "every-5-minutes", applicationConsistentSnapshotFrequencyInHours: 1 }];
const machines = [{ name: "db1" }, { name: "web1" }];
const plans = [{ name: "shop", groups: [["db1"], ["web1"]] }];

describe("the example for CI, with the real Pulumi CLI", () => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await PulumiProject.make();
    project.addMachine("db1", [{ id: "os", content: diskContent(1, 1) }]);
    project.addMachine("web1", [{ id: "os", content: diskContent(2, 1) }]);
  });
  afterAll(() => project.remove());

  const check = (): ReturnType<PulumiProject["shell"]> =>
    project.shell(path.join(example, "check.sh"), "siterecovery.yaml", "test");
  const results = (file: string): unknown =>
    JSON.parse(fs.readFileSync(project.path("results", file), "utf8"));

  it("takes a good stack", async () => {
    project.define({ machines, plans, policies });
    const run = await check();
    expect(run.status, run.text).toBe(0);
    expect(run.text).toMatch(/siterecovery\.yaml: right[^]*to create/);
    expect(results("siterecovery.sarif")).toMatchObject({
      version: "2.1.0",
      runs: [{ results: [{ ruleId: "plan-drilled", level: "note" }] }],
    });
  });

  it("takes it by its inventory lock on a checkout that has no image and no inventory folder", async () => {
    project.define({ machines, plans, policies });
    const locked = await project.siterecovery("inventory", "--output", "inventory.lock.json");
    expect(locked.text).toBe("inventory.lock.json: 2 machines\n");
    fs.renameSync(project.path("hv1"), project.path("elsewhere"));
    try {
      const run = await check();
      expect(run.status, run.text).toBe(0);
      expect(run.text).toMatch(/siterecovery\.yaml: right[^]*to create/);
      project.define({ machines: [{ name: "db2" }], plans, policies });
      const wrong = await check();
      expect(wrong.status).toBe(1);
      expect(wrong.text).toContain("has a machine 'db2'");
    } finally {
      fs.renameSync(project.path("elsewhere"), project.path("hv1"));
      fs.rmSync(project.path("inventory.lock.json"));
    }
  });

  it("refuses a definition that is wrong before Pulumi runs, and leaves a report", async () => {
    project.define({ machines: [{ name: "db2" }], plans, policies });
    const run = await check();
    expect(run.status).toBe(1);
    expect(run.text).not.toContain("Previewing");
    const { runs } = results("siterecovery.sarif") as { runs: { results: { ruleId: string }[] }[] };
    expect(runs[0]!.results.map(({ ruleId }) => ruleId)).toContain("machine-not-found");
  });

  it("refuses a stack that breaks a policy", async () => {
    project.define({ machines, plans, policies });
    project.write("policies.json", JSON.stringify({ "policy-retention-minimum": { minHours: 24 } }));
    const run = await check();
    expect(run.status).not.toBe(0);
    expect(run.text).toMatch(/\[mandatory\].*policy-retention-minimum/);
    fs.rmSync(project.path("policies.json"));
  });

  it("drills a plan, runs the tests in it, and cleans up, also when they fail", async () => {
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    const drill = path.join(example, "drill.sh");
    const seen = 'test "$(cat .siterecovery/azure/dr/web1-test/power-state)" = running';
    const good = await project.shell(drill, "shop", "drill-net", "sh", "-c", seen);
    expect(good.status, good.text).toBe(0);
    expect(JSON.stringify(results("drill.json"))).toContain("TestFailover");
    expect(fs.existsSync(project.path(".siterecovery/azure/dr/web1-test"))).toBe(false);
    const bad = await project.shell(drill, "shop", "drill-net", "false");
    expect(bad.status).toBe(1);
    expect(fs.existsSync(project.path(".siterecovery/azure/dr/web1-test"))).toBe(false);
  });

  it("has workflows that call the scripts", () => {
    for (const file of ["github-actions.yml", "gitlab-ci.yml"]) {
      const text = fs.readFileSync(path.join(example, file), "utf8");
      expect(parse(text)).toBeTypeOf("object");
      for (const script of ["check.sh", "drill.sh"]) expect(text).toContain(`./${script} `);
    }
  });
});
