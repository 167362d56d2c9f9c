/** A dynamic resource that another stack reads (option `id`): what is secret where it is declared is secret there too. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { PulumiProject } from "./pulumi-project.ts";

const declaring = `import * as pulumi from "@pulumi/pulumi";
import * as sr from "siterecovery";
const inGroup = { resourceGroupName: "dr" };
const tags = { note: pulumi.secret("open sesame"), team: "storage team" };
const vault = new sr.Vault("dr-vault", { ...inGroup, tags });
const onlineReplicationStartTime = pulumi.secret("2031-05-06T07:08:09Z");
const providerSpecificInput = { instanceType: "HyperVReplicaAzure", onlineReplicationStartTime };
new sr.ReplicationPolicy("gold", { ...inGroup, resourceName: vault.name, properties: { providerSpecificInput } });
`;
const group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/dr/providers";
const vaultId = `${group}/Microsoft.RecoveryServices/vaults/dr-vault`;
const reading = `import * as sr from "siterecovery";
const seen = new sr.Vault("seen", { resourceGroupName: "dr", vaultName: "dr-vault" }, { id: "${vaultId}" });
const names = { resourceGroupName: "dr", resourceName: "dr-vault", policyName: "gold" };
const gold = new sr.ReplicationPolicy("gold", names, { id: "${vaultId}/replicationPolicies/gold" });
export const name = seen.name;
export const properties = gold.properties;
`;
const hidden = /sesame|2031-05-06T07/;
let project: PulumiProject;

beforeAll(async () => {
  project = await PulumiProject.make(declaring);
  const up = await project.up();
  expect(up.status, up.text).toBe(0);
});
afterAll(() => project.remove());

it("is encrypted in the state of the stack that reads it, and is not shown", async () => {
  project.write("program/main.ts", reading);
  expect((await project.pulumi("stack", "init", "reader")).status).toBe(0);
  const read = await project.pulumi("up", "--yes", "--skip-preview", "--stack", "reader");
  expect(read.status, read.text).toBe(0);
  const state = await project.pulumi("stack", "export", "--stack", "reader");
  expect(state.text).toContain("replicationPolicies/gold");
  expect(read.text + state.text).not.toMatch(hidden);
});

async function readAgain(stack: string): Promise<string> {
  const refresh = await project.pulumi("refresh", "--yes", "--skip-preview", "--stack", stack);
  expect(refresh.status, refresh.text).toBe(0);
  const up = await project.pulumi("up", "--yes", "--skip-preview", "--stack", stack);
  expect(up.status, up.text).toBe(0);
  return refresh.text + up.text + (await project.pulumi("stack", "export", "--stack", stack)).text;
}

it("is encrypted after a refresh and an update as well, also after `disown`", async () => {
  expect(await readAgain("reader")).not.toMatch(hidden);
  expect((await project.siterecovery("disown", vaultId, `${vaultId}/replicationPolicies/gold`)).status).toBe(
    0,
  );
  expect(await readAgain("reader")).not.toMatch(hidden);
  project.write("program/main.ts", declaring);
  expect(await readAgain("test")).not.toMatch(hidden);
  expect((await project.preview("--expect-no-changes")).status).toBe(0);
});
