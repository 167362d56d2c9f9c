import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { ensurePulumi } from "../../setup/pulumi-environment.mjs";
import { PulumiProject } from "./pulumi-project.ts";

const folder = path.resolve(import.meta.dirname, "../../plugin");

describe("the plugin as a folder with a PulumiPlugin.yaml, with the real Pulumi CLI", () => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await PulumiProject.make();
    await ensurePulumi({ stateFolder: project.path(".pulumi"), yaml: true });
    const vault = { resourceGroupName: "dr", vaultName: "dr-vault" };
    const program = {
      name: "dr",
      runtime: "yaml",
      plugins: { providers: [{ name: "siterecovery", path: folder }] },
      resources: { vault: { type: "siterecovery:Vault", properties: vault } },
      outputs: { vault: "${vault.name}" },
    };
    project.write("Pulumi.yaml", stringify(program));
    // What the plugin needs it has from its own package.
    fs.rmSync(project.path("node_modules"), { recursive: true });
  });
  afterAll(() => project.remove());

  it("makes what a program declares, and has nothing to do the second time", async () => {
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toMatch(/vault: "dr-vault"/);
    const again = await project.up();
    expect(again.text).toMatch(/2 unchanged/);
  });

  it("tells its schema", async () => {
    const run = await project.pulumi("package", "get-schema", folder);
    expect(run.status, run.text).toBe(0);
    const schema = JSON.parse(run.stdout) as { name: string; resources: object };
    expect(schema.name).toBe("siterecovery");
    expect(Object.keys(schema.resources)).toContain("siterecovery:index:Vault");
  });

  it("is a package that a project of Pulumi YAML can add", async () => {
    const text = fs.readFileSync(project.path("Pulumi.yaml"), "utf8");
    project.write("Pulumi.yaml", stringify({ name: "dr", runtime: "yaml" }));
    const run = await project.pulumi("package", "add", folder);
    expect(run.status, run.text).toBe(0);
    expect(fs.readFileSync(project.path("Pulumi.yaml"), "utf8")).toContain("siterecovery: ");
    project.write("Pulumi.yaml", text);
  });

  it("deletes what it made", async () => {
    const destroy = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(destroy.status, destroy.text).toBe(0);
  });
});
