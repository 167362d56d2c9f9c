/** `pulumi state move` between two stacks on one home, with the real Pulumi CLI. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePluginProject } from "./plugin-project.ts";
import { PulumiProject } from "./pulumi-project.ts";

const program = (module: string): string => `import * as sr from "${module}";
new sr.Vault("dr-vault", { resourceGroupName: "dr" });
`;

describe.each([
  ["dynamic resources", "siterecovery", "pulumi-nodejs:dynamic/siterecovery:Vault", PulumiProject.make],
  ["the plugin", "./classes.js", "siterecovery:index:Vault", makePluginProject],
] as const)("a resource that is moved to another stack, through %s", (_door, module, type, make) => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await make.call(PulumiProject, program(module));
  });
  afterAll(() => project.remove());

  it("shows no change there, is kept by the first stack, and goes with its new one", async () => {
    expect((await project.up()).status).toBe(0);
    expect((await project.pulumi("stack", "init", "second")).status).toBe(0);
    const urn = `urn:pulumi:test::dr::${type}::dr-vault`;
    const moved = await project.pulumi("state", "move", "--yes", "--source", "test", "--dest", "second", urn);
    expect(moved.status, moved.text).toBe(0);
    const preview = await project.pulumi("preview", "--stack", "second");
    expect(preview.text).toContain("2 unchanged");
    project.write("program/main.ts", "export {};\n");
    const first = await project.up();
    expect(first.status, first.text).toBe(0);
    expect(first.text).not.toContain("deleted");
    const destroyed = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "second");
    expect(destroyed.status, destroyed.text).toBe(0);
    expect(destroyed.text).toContain("2 deleted");
  });
});
