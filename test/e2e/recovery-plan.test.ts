import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskContent, sha256 } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";

interface PlanShow {
  readonly activeLocation: string;
  readonly allowedOperations: readonly string[];
  readonly groups: readonly {
    readonly name: string;
    readonly machines: readonly { readonly state: string }[];
  }[];
  readonly lastRun: { readonly job: { readonly id: string; readonly state: string } } | null;
}

const names = ["db1", "web1", "web2"] as const;

describe("a recovery plan, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  const source = (name: string): string => project.path("hv1", name, "os.img");
  const replica = (name: string): string => project.path(".siterecovery", "azure", "dr", name, "os.img");
  const power = (image: string): string =>
    fs.readFileSync(image.replace(/os\.img$/, "power-state"), "utf8").trim();
  const show = (): Promise<PlanShow> => project.json<PlanShow>("plan", "show", "shop");
  const states = async (): Promise<string[]> =>
    (await show()).groups.flatMap(({ machines }) => machines.map(({ state }) => state));
  const notes = (): string[] => fs.readFileSync(project.path("notes"), "utf8").trim().split("\n");

  const note = (name: string): object => ({ script: "steps/note.sh", on: ["planned", "failback"], name });
  const groups = [
    { machines: ["db1"], after: [note("database")] },
    { machines: ["web1", "web2"], before: [note("before-web")] },
  ];
  const define = (plan: object, machines: object[] = names.map((name) => ({ name }))): void =>
    project.define({ machines, plans: [{ name: "shop", groups, ...plan }] });

  beforeAll(async () => {
    project = await PulumiProject.make();
    for (const [index, name] of names.entries()) {
      project.addMachine(name, [{ id: "os", content: diskContent(index + 1, 2) }]);
    }
    const line = `echo "$SITERECOVERY_ACTION $SITERECOVERY_GROUP" >> ${project.path("notes")}`;
    project.write("steps/note.sh", `#!/bin/sh\n${line}\n`);
    fs.chmodSync(project.path("steps", "note.sh"), 0o755);
    define({ activeLocation: "primary" });
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
  });
  afterAll(() => project.remove());

  it("says in a preview what would run, group by group, and runs nothing", async () => {
    define({ activeLocation: "recovery" });
    const preview = await project.preview();
    expect(preview.text).toContain(
      "shop: PlannedFailover of db1, web1, web2 to the recovery side, group by group",
    );
    expect(preview.text).toContain("shop, Group 1: start db1, then run database at the recovery side");
    expect(preview.text).toContain("1 to update");
    expect((await show()).activeLocation).toBe("primary");
    expect(fs.existsSync(project.path("notes"))).toBe(false);
  });

  it("[V2F-2] [H2F-2] fails all machines over when its activeLocation changes, steps in between", async () => {
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toContain("1 updated");
    expect(notes()).toEqual(["database Group 1", "before-web Group 2"]);
    for (const name of names) {
      expect(sha256(replica(name))).toBe(sha256(source(name)));
      expect([power(source(name)), power(replica(name))]).toEqual(["off", "running"]);
    }
    expect(await states()).toEqual(Array(3).fill("PlannedFailoverCommitted"));
    expect((await project.preview()).text).toMatch(/\d+ unchanged/);
  });

  it("leaves machines alone that were moved by the command, and says so", async () => {
    const back = await project.siterecovery("plan", "failback", "shop", "--finish");
    expect(back.status, back.text).toBe(0);
    const up = await project.up();
    expect(up.text).toMatch(/db1, web1, web2 of shop run at the primary side, moved outside of this program/);
    expect(await states()).toEqual(Array(3).fill("Protected"));
    define({ activeLocation: "primary" });
    expect((await project.up()).status).toBe(0);
    expect(await states()).toEqual(Array(3).fill("Protected"));
  });

  it("goes on after kill -9 of an `up` that waits for a person, when the step is completed", async () => {
    const move = { before: [{ manual: "tell the users" }] };
    define({ activeLocation: "recovery", move });
    const child = project.startPulumi("up", "--yes", "--skip-preview", "--stack", "test");
    await expect
      .poll(async () => (await show()).lastRun?.job.state, { timeout: 120_000, interval: 500 })
      .toBe("Suspended");
    process.kill(-child.pid!, "SIGKILL");
    const { id } = (await show()).lastRun!.job;
    const completed = await project.siterecovery("jobs", "complete", id, "--comments", "told");
    expect(completed.status, completed.text).toBe(0);
    for (const name of names) {
      expect(sha256(replica(name))).toBe(sha256(source(name)));
      expect(power(replica(name))).toBe("running");
    }
    await project.pulumi("cancel", "--yes", "--stack", "test");
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(await states()).toEqual(Array(3).fill("PlannedFailoverCommitted"));
  });

  it("refuses a machine that says another side itself, with its place in the definition", async () => {
    define({ activeLocation: "recovery" }, [
      { name: "db1", activeLocation: "primary" },
      { name: "web1" },
      { name: "web2" },
    ]);
    const up = await project.up();
    expect(up.status).not.toBe(0);
    expect(up.text).toMatch(
      /is primary, and the plan 'shop' says recovery for all its machines; leave it out here/,
    );
  });
});
