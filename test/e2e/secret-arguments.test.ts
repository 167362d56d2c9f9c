/** Secret arguments through both of Pulumi's doors, with the real Pulumi CLI. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePluginProject } from "./plugin-project.ts";
import { PulumiProject } from "./pulumi-project.ts";

const program = (
  module: string,
  note: string,
  year: number,
): string => `import * as pulumi from "@pulumi/pulumi";
import * as sr from "${module}";
const inGroup = { resourceGroupName: "dr" };
const vault = new sr.Vault("dr-vault", { ...inGroup, tags: { note: pulumi.secret("${note}") } });
// This one is put out again, under another name within the same argument.
const onlineReplicationStartTime = pulumi.secret("${year}-05-06T07:08:09Z");
new sr.ReplicationPolicy("gold", {
  ...inGroup,
  resourceName: vault.name,
  properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", onlineReplicationStartTime } },
});
// Of this one the keys are secret too.
const tags = pulumi.secret({ "${note}": "kept" });
new sr.StorageAccount("replicas", { ...inGroup, kind: "StorageV2", sku: { name: "Standard_LRS" }, tags });
export const properties = vault.properties;
`;
const hidden = /sesame|saffron|203[12]-05-06T07/;

/** Lines that Pulumi's own engine and SDK write with the values that they pass on, secret or not. */
const linesOfPulumi =
  /\b(Unm|M)arshaling property for RPC\[|\bPlanner decided to |\bRegisterResource RPC (prepared|finished): /;

describe.each([
  ["dynamic resources", "siterecovery", PulumiProject.make.bind(PulumiProject)],
  ["the plugin", "./classes.js", makePluginProject],
] as const)("secret arguments through %s, with the real Pulumi CLI", (_door, module, make) => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await make(program(module, "open sesame", 2031));
  });
  afterAll(() => project.remove());

  it("are encrypted in the state, in whatever is kept or put out of them, and show no change", async () => {
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text + (await project.state())).not.toMatch(hidden);
    expect((await project.preview()).text).toContain("4 unchanged");
    const refresh = await project.pulumi("refresh", "--yes", "--skip-preview", "--stack", "test");
    expect(refresh.status, refresh.text).toBe(0);
    expect(refresh.text + (await project.state())).not.toMatch(hidden);
    expect((await project.preview("--diff")).text).toContain("4 unchanged");
  });

  it("are hidden when they change, in preview, update and what is kept", async () => {
    project.write("program/main.ts", program(module, "open saffron", 2032));
    const preview = await project.preview("--diff");
    const up = await project.up("--diff");
    expect(up.status, up.text).toBe(0);
    expect(up.text).toContain("3 updated");
    expect(preview.text + up.text + (await project.state())).not.toMatch(hidden);
  });

  it("are in verbose logs only where Pulumi itself writes them", async () => {
    project.write("program/main.ts", program(module, "open sesame", 2031));
    const commands = [
      ["up", "--yes", "--skip-preview", "--logtostderr", "-v=9"],
      ["refresh", "--yes", "--skip-preview", "--debug", "--logtostderr", "-v=9"],
    ];
    for (const words of commands) {
      const run = await project.pulumi(...words, "--stack", "test");
      expect(run.status, run.text).toBe(0);
      const lines = run.text.split("\n").filter((line) => hidden.test(line));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter((line) => !linesOfPulumi.test(line))).toEqual([]);
    }
  });
});
