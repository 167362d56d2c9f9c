import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PulumiProject } from "./pulumi-project.ts";

const program = `import * as pulumi from "@pulumi/pulumi";
import * as sr from "siterecovery";
const inGroup = { resourceGroupName: "dr" };
const vault = new sr.Vault("dr-vault", { ...inGroup, tags: { note: pulumi.secret("open sesame") } });
// This one is put out again, under another name within the same argument.
const onlineReplicationStartTime = pulumi.secret("2031-05-06T07:08:09Z");
new sr.ReplicationPolicy("gold", {
  ...inGroup,
  resourceName: vault.name,
  properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", onlineReplicationStartTime } },
});
export const properties = vault.properties;
`;

describe("secret arguments of dynamic resources, with the real Pulumi CLI", () => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await PulumiProject.make(program);
  });
  afterAll(() => project.remove());

  it("are encrypted in the state, in whatever is kept or put out of them, and show no change", async () => {
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    const hidden = /sesame|2031-05-06T07/;
    expect(up.text + (await project.state())).not.toMatch(hidden);
    expect((await project.preview()).text).toContain("3 unchanged");
    expect((await project.pulumi("refresh", "--yes", "--skip-preview", "--stack", "test")).status).toBe(0);
    expect(await project.state()).not.toMatch(hidden);
    expect((await project.preview("--diff")).text).toContain("3 unchanged");
  });
});
