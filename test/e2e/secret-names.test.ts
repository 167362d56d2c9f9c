/** A secret in a name, and so in an id, with the real Pulumi CLI: refused before anything is made. */
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePluginProject } from "./plugin-project.ts";
import { PulumiProject } from "./pulumi-project.ts";

const program = (module: string, name = "quiet"): string => `import * as pulumi from "@pulumi/pulumi";
import * as sr from "${module}";
const quiet = pulumi.secret("quiet-harbour");
const vault = new sr.Vault("dr-vault", { resourceGroupName: "dr", vaultName: ${name} });
const providerSpecificInput = { instanceType: "HyperVReplicaAzure", replicationInterval: 300 };
new sr.ReplicationPolicy("gold", {
  resourceGroupName: "dr",
  resourceName: vault.name,
  properties: { providerSpecificInput },
});
`;

describe.each([
  ["dynamic resources", "siterecovery", PulumiProject.make.bind(PulumiProject)],
  ["the plugin", "./classes.js", makePluginProject],
] as const)("a secret name, through %s", (_door, module, make) => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await make(program(module));
  });
  afterAll(() => project.remove());

  /** All that Pulumi keeps of the stack, beside its state the checkpoints of former updates. */
  function kept(): string {
    const folder = project.path(".pulumi/state");
    const files = fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile());
    return files.map((one) => fs.readFileSync(`${one.parentPath}/${one.name}`, "latin1")).join("\n");
  }

  it("is refused by preview and update, which name the argument and nothing of the value", async () => {
    const runs = [await project.preview(), await project.up()];
    for (const { status, text } of runs) {
      expect(status, text).not.toBe(0);
      expect(text).toMatch(/vaultName: is secret and becomes a part of the id/);
      expect(text).not.toMatch(/quiet.?harbour/i);
    }
    expect(kept()).not.toMatch(/quiet.?harbour/i);
  });

  it("is taken when the program says that it may be seen, and what lives in it too", async () => {
    project.write("program/main.ts", program(module, "pulumi.unsecret(quiet)"));
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(kept()).toContain("/vaults/quiet-harbour");
    expect((await project.preview()).text).toContain("3 unchanged");
  });
});
