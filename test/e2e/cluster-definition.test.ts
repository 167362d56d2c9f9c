import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskContent, sha256 } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Status } from "./status.ts";

describe("a cluster of a definition, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  const names = ["sql1", "sql2"];
  const machines = names.map((name) => ({ name }));
  const source = (name: string): string => project.path("hv1", name, "os.img");
  const target = (name: string): string => project.path(".siterecovery/azure/dr", name, "os.img");
  const declare = (activeLocation: string): void =>
    project.define({ machines, clusters: [{ name: "sql", machines: ["sql*"], activeLocation }] });
  const sides = async (): Promise<string[]> =>
    (await project.json<Status>("status")).items.map(({ activeLocation }) => activeLocation);

  beforeAll(async () => {
    project = await PulumiProject.make();
    for (const [index, name] of names.entries())
      project.addMachine(name, [{ id: "os", content: diskContent(index, 4) }]);
    declare("primary");
  });
  afterAll(() => project.remove());

  it("shows what is advised, makes it all the same, and then there is nothing to do", async () => {
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toMatch(
      /warning: siterecovery\.yaml:\d+:\d+: machines: are in no recovery plan.*; declare a plan \[machine-in-plan\]/,
    );
    expect((await project.siterecovery("status")).stdout).toMatch(/Protection cluster sql: sql1, sql2/);
    const preview = await project.preview("--expect-no-changes");
    expect(preview.status, preview.text).toBe(0);
  });

  it("moves all its machines when its side is changed, and back", async () => {
    declare("recovery");
    const out = await project.up();
    expect(out.status, out.text).toBe(0);
    expect(out.text).toContain("1 updated");
    expect(await sides()).toEqual(["recovery", "recovery"]);
    for (const name of names) expect(sha256(target(name)), name).toBe(sha256(source(name)));
    declare("primary");
    const back = await project.up();
    expect(back.status, back.text).toBe(0);
    expect(await sides()).toEqual(["primary", "primary"]);
  });

  it("is told by `convert --live` as it was declared", async () => {
    const run = await project.siterecovery("convert", "--live");
    expect(run.status, run.text).toBe(0);
    expect(run.stdout).toMatch(/clusters:\n +- name: sql\n +machines:\n? +(\[|-) ?sql1/);
    const destroy = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(destroy.status, destroy.text).toBe(0);
  });
});
