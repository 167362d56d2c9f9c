/** A preview looks and changes nothing: where there is no engine's home, there is none after it. */
import fs from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { makePluginProject } from "./plugin-project.ts";
import { PulumiProject } from "./pulumi-project.ts";

const declared = `
const vault = new sr.Vault("dr-vault", { resourceGroupName: "dr" });
const policy = { instanceType: "HyperVReplicaAzure", replicationInterval: 300 };
const inVault = { resourceGroupName: "dr", resourceName: "dr-vault" };
const gold = { ...inVault, policyName: "gold", properties: { providerSpecificInput: policy } };
new sr.ReplicationPolicy("gold", gold, { dependsOn: vault });
`;
const dynamic = `import * as sr from "siterecovery";${declared}`;
const plugin = `import * as sr from "./classes.js";
import * as pulumi from "@pulumi/pulumi";${declared}
export const vaults = pulumi.runtime.invokeOutput("siterecovery:index:listVaults", {});
`;

describe.each([
  ["dynamic resources", () => PulumiProject.make(dynamic)],
  ["the plugin", () => makePluginProject(plugin)],
] as const)("a preview through %s", (_door, make) => {
  it("makes no home where there is none, and the update that follows does", async () => {
    const project = await make();
    onTestFinished(() => project.remove());
    const preview = await project.preview();
    expect(preview.status, preview.text).toBe(0);
    expect(preview.text).toContain("+ 3 to create");
    expect(fs.existsSync(project.path(".siterecovery"))).toBe(false);
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(fs.existsSync(project.path(".siterecovery", "siterecovery.db"))).toBe(true);
    fs.renameSync(project.path(".siterecovery"), project.path("away"));
    await project.preview();
    expect(fs.existsSync(project.path(".siterecovery"))).toBe(false);
    fs.renameSync(project.path("away"), project.path(".siterecovery"));
    const again = await project.preview("--expect-no-changes");
    expect(again.status, again.text).toBe(0);
  });
});
