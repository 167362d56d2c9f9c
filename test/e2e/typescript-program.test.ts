import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskContent, sha256 } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Status } from "./status.ts";

/** The first program of docs/programs.md, as it stands there: what is promised is what is tried. */
function readmeProgram(): string {
  const page = fs.readFileSync(path.resolve(import.meta.dirname, "../../docs/programs.md"), "utf8");
  const program = /```ts\n([^]*?)```/.exec(page)?.[1];
  if (program === undefined) throw new Error("docs/programs.md has no TypeScript program");
  return program;
}

describe("a TypeScript program, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  const program = readmeProgram().replace("machines/hv1", "hv1");

  beforeAll(async () => {
    project = await PulumiProject.make(program);
    project.addMachine("web1", [{ id: "os", content: diskContent(5, 4) }]);
  });
  afterAll(() => project.remove());

  it("protects a machine with ids that are not known in the preview", async () => {
    const preview = await project.preview();
    expect(preview.status, preview.text).toBe(0);
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    const { items } = await project.json<Status>("status");
    expect(items.map(({ name, protectionState }) => [name, protectionState])).toEqual([
      ["web1", "Protected"],
    ]);
    expect((await project.preview()).text).toMatch(/\d+ unchanged/);
  });

  it("keeps with each resource the line of the program that declares it", async () => {
    const line = program.split("\n").findIndex((text) => text.includes("ReplicationProtectedItem("));
    const { deployment } = JSON.parse(await project.state()) as {
      deployment: { resources: { type: string; sourcePosition?: string }[] };
    };
    const item = deployment.resources.find(({ type }) => type.endsWith(":ReplicationProtectedItem"))!;
    expect(item.sourcePosition).toMatch(new RegExp(`^project:///program/main\\.ts#${line + 1},`));
  });

  it("shows no change when it was renamed, reformatted or loaded in another way", async () => {
    fs.renameSync(project.path("program/main.ts"), project.path("program/renamed.ts"));
    const settings = fs.readFileSync(project.path("Pulumi.yaml"), "utf8");
    project.write("Pulumi.yaml", settings.replace("main.ts", "renamed.ts"));
    expect((await project.preview()).text).not.toMatch(/to (update|create|delete|replace)/);
    project.write("Pulumi.yaml", settings);
    project.write("program/main.ts", program);
  });

  it("moves the machine when activeLocation is changed", async () => {
    project.write(
      "program/main.ts",
      program.replace('activeLocation: "primary"', 'activeLocation: "recovery"'),
    );
    const up = await project.up();
    expect(up.text).toContain("1 updated");
    expect((await project.json<Status>("status")).items[0]!.activeLocation).toBe("recovery");
    const replica = project.path(".siterecovery/azure/dr/web1/os.img");
    expect(sha256(replica)).toBe(sha256(project.path("hv1/web1/os.img")));
  });

  it("replaces what cannot change in place, and says which property", async () => {
    project.write("program/main.ts", program);
    expect((await project.up()).status).toBe(0);
    project.write("program/main.ts", program.replace('"every-5-minutes"', '"nightly"'));
    const preview = await project.preview("--diff");
    expect(preview.text).toMatch(/ReplicationPolicy: \(delete\)/);
    const fixedName = program.replace('"every-5-minutes", {', '"every-5-minutes", { policyName: "nightly",');
    project.write("program/main.ts", fixedName);
    const replaced = await project.preview("--diff");
    expect(replaced.text).toMatch(/ReplicationPolicy: \((create-|delete-)?replace/);
    expect(replaced.text).toMatch(/policyName *: "nightly"/);
    project.write("program/main.ts", program);
  });

  it("tells a wrong argument with its property, without a stack trace, before anything is made", async () => {
    project.write("program/main.ts", program.replace("replicationInterval: 300", "replicationInterval: 60"));
    const up = await project.pulumi("up", "--yes", "--stack", "test");
    expect(up.status).not.toBe(0);
    expect(up.text).toMatch(/replicationInterval.*60 is not one of 30, 300 or 900/);
    expect(up.text).not.toMatch(/\n\s+at .*[jt]s:\d+/);
  });

  it("tells a machine that no host has", async () => {
    project.write("program/main.ts", program.replaceAll("/web1`", "/web2`").replace('"web1"', '"web2"'));
    const up = await project.up();
    expect(up.status).not.toBe(0);
    expect(up.text).toMatch(/No host of the site london has a machine "web2"\. There are: web1\./);
    expect(up.text).not.toMatch(/\n\s+at .*[jt]s:\d+/);
  });
});
