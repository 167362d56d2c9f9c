import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskContent } from "./disk-content.ts";
import { PulumiProject, type Run } from "./pulumi-project.ts";

const pack = path.resolve(import.meta.dirname, "../../policy-pack");

describe("the policy pack, with the real Pulumi CLI", () => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await PulumiProject.make();
    project.addMachine("db1", [{ id: "os", content: diskContent(1, 1) }]);
    project.addMachine("web1", [{ id: "os", content: diskContent(2, 1) }]);
  });
  afterAll(() => project.remove());

  const preview = (...words: string[]): Promise<Run> => project.preview("--policy-pack", pack, ...words);
  const good = { name: "every-5-minutes", applicationConsistentSnapshotFrequencyInHours: 1 };
  const machines = [{ name: "db1" }, { name: "web1" }];
  const plans = [{ name: "shop", groups: [["db1"], ["web1"]] }];

  it("passes a program that keeps to all of it", async () => {
    project.define({ machines, plans, policies: [good] });
    const run = await preview();
    expect(run.text).toContain("siterecovery@v0.1.0");
    expect(run.text).not.toMatch(/advisory|mandatory/);
    expect(run.status, run.text).toBe(0);
  });

  it("fails one that keeps no recovery points, and says what to do", async () => {
    project.define({ machines, plans, policies: [{ ...good, recoveryPointHistoryDuration: 1 }] });
    const run = await preview();
    expect(run.status).not.toBe(0);
    expect(run.text).toMatch(/\[mandatory\].*policy-retention-minimum/);
    expect(run.text).toMatch(
      /every-5-minutes: recoveryPointHistoryDuration keeps recovery points for 1 h, and 2 h are wanted/,
    );
    expect(run.text).toContain("Raise the history of recovery points");
  });

  it("tells what is advised, and goes on", async () => {
    project.define({
      machines,
      plans: [{ name: "shop", groups: [["db1"]] }],
      policies: [{ name: good.name }],
    });
    const run = await preview();
    expect(run.status, run.text).toBe(0);
    expect(run.text).toMatch(/\[advisory\].*machine-in-plan[^]*web1 is in no recovery plan/);
    expect(run.text).toMatch(/\[advisory\].*policy-app-consistent-points/);
  });

  it("takes levels and figures from a configuration", async () => {
    project.define({ machines, plans, policies: [good] });
    project.write(
      "policies.json",
      JSON.stringify({
        "policy-rpo-limit": { maxMinutes: 1 },
        "policy-retention-minimum": { enforcementLevel: "disabled", minHours: 24 },
      }),
    );
    const run = await preview("--policy-pack-config", project.path("policies.json"));
    expect(run.status).not.toBe(0);
    expect(run.text).toMatch(/replicationInterval means an RPO of 5 min, and at most 1 are allowed/);
    expect(run.text).not.toContain("policy-retention-minimum");
  });

  it("asks for a drill of what stands, until there was one", async () => {
    project.define({ machines, plans, policies: [good] });
    expect((await project.up()).status).toBe(0);
    const config = ["--policy-pack-config", project.path("policies.json")];
    project.write(
      "policies.json",
      JSON.stringify({ "plan-drilled": { enforcementLevel: "mandatory", maxDays: 1 } }),
    );
    const before = await preview(...config);
    expect(before.status).not.toBe(0);
    expect(before.text).toMatch(/shop was never tried; a drill every 1 days is wanted/);
    const drill = await project.siterecovery("plan", "test-failover", "shop", "--network", "drill-net");
    expect(drill.status, drill.text).toBe(0);
    expect((await project.siterecovery("plan", "clean-up", "shop")).status).toBe(0);
    expect((await project.pulumi("refresh", "--yes", "--stack", "test")).status).toBe(0);
    const after = await preview(...config);
    expect(after.status, after.text).toBe(0);
  });
});
