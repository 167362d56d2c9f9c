/** A resource that another stack reads (`get`): what is secret where it is declared is secret there too. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { makePluginProject } from "./plugin-project.ts";
import type { PulumiProject } from "./pulumi-project.ts";

const declaring = `import * as pulumi from "@pulumi/pulumi";
import * as sr from "./classes.js";
const inGroup = { resourceGroupName: "dr" };
const vault = new sr.Vault("dr-vault", { ...inGroup, tags: { note: pulumi.secret("open sesame"), team: "storage team" } });
const onlineReplicationStartTime = pulumi.secret("2031-05-06T07:08:09Z");
new sr.ReplicationPolicy("gold", {
  ...inGroup,
  resourceName: "dr-vault",
  properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", onlineReplicationStartTime } },
}, { dependsOn: vault });
const tags = pulumi.secret({ saffron: "kept" });
new sr.StorageAccount("replicas", { ...inGroup, kind: "StorageV2", sku: { name: "Standard_LRS" }, tags });
`;
const group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/dr/providers";
const reading = `import * as sr from "./classes.js";
new sr.Vault("seen", {}, { id: "${group}/Microsoft.RecoveryServices/vaults/dr-vault" });
new sr.StorageAccount("seen", {}, { id: "${group}/Microsoft.Storage/storageAccounts/replicas" });
`;
const lookingUp = `import * as pulumi from "@pulumi/pulumi";
const names = { resourceGroupName: "dr", resourceName: "dr-vault", policyName: "gold" };
export const found = pulumi.runtime.invokeOutput("siterecovery:index:getPolicy", names);
`;
const hidden = /sesame|saffron|2031-05-06T07/;
let project: PulumiProject;

beforeAll(async () => {
  project = await makePluginProject(declaring);
  const up = await project.up();
  expect(up.status, up.text).toBe(0);
});
afterAll(() => project.remove());

it("is encrypted in the state of the stack that reads it, and what is not stays plain", async () => {
  project.write("program/main.ts", reading);
  expect((await project.pulumi("stack", "init", "reader")).status).toBe(0);
  const read = await project.pulumi("up", "--yes", "--skip-preview", "--stack", "reader");
  expect(read.status, read.text).toBe(0);
  const state = await project.pulumi("stack", "export", "--stack", "reader");
  expect(state.text).toContain("storageAccounts/replicas");
  expect(read.text + state.text).not.toMatch(hidden);
  expect(state.text).toContain("storage team");
});

it("is encrypted after a refresh of both as well", async () => {
  const refresh = await project.pulumi("refresh", "--yes", "--skip-preview", "--stack", "reader");
  expect(refresh.status, refresh.text).toBe(0);
  const states = await Promise.all(
    ["reader", "test"].map((stack) => project.pulumi("stack", "export", "--stack", stack)),
  );
  for (const { text } of [refresh, ...states]) expect(text).not.toMatch(hidden);
});

it("is encrypted in the state of a stack that imports it", async () => {
  const id = `${group}/Microsoft.RecoveryServices/vaults/dr-vault`;
  const words = ["siterecovery:index:Vault", "taken", id, "--yes", "--skip-preview", "--stack", "reader"];
  // The code that Pulumi proposes has the values, within its own word for secrets.
  const run = await project.pulumi("import", ...words, "--generate-code=false");
  const state = await project.pulumi("stack", "export", "--stack", "reader");
  expect(state.text).toContain("::taken");
  expect(run.text + state.text).not.toMatch(hidden);
});

it("is encrypted in what a function returns", async () => {
  project.write("program/main.ts", lookingUp);
  expect((await project.pulumi("stack", "init", "asking")).status).toBe(0);
  const asked = await project.pulumi("up", "--yes", "--skip-preview", "--stack", "asking");
  expect(asked.status, asked.text).toBe(0);
  const state = await project.pulumi("stack", "export", "--stack", "asking");
  expect(asked.text).toContain("found");
  expect(asked.text + state.text).not.toMatch(hidden);
});
