import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { armIdOf } from "../../provider/arm-id.ts";
import { openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { policyKind } from "../../provider/kinds/policy.ts";
import { makePluginProject } from "./plugin-project.ts";
import type { PulumiProject } from "./pulumi-project.ts";

const scope = { resourceGroupName: "dr", resourceName: "dr-vault", policyName: "gold" };
const policyId = armIdOf(policyKind, scope);

const head = `import * as pulumi from "@pulumi/pulumi";
import * as sr from "./classes.js";
const vault = new sr.Vault("dr-vault", { resourceGroupName: "dr", tags: { note: pulumi.secret("open sesame") } });
export const state = vault.properties.apply((properties) => properties.provisioningState);
export const vaultId = vault.id;
const settings = (replicationInterval) =>
  ({ providerSpecificInput: { instanceType: "HyperVReplicaAzure", replicationInterval } });
const inVault = { resourceGroupName: "dr", resourceName: vault.name };
`;
const withPolicy = (args = "", options = "", name = "gold"): string =>
  `${head}new sr.ReplicationPolicy("${name}", { ...inVault, properties: settings(300), ${args} }, { ${options} });\n`;

interface Exported {
  deployment: { resources: { type: string; inputs?: Record<string, unknown>; initErrors?: string[] }[] };
}

describe("the plugin, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  const program = (text: string): void => project.write("program/main.ts", text);
  const engine = async <T>(
    run: (opened: Awaited<ReturnType<typeof openEngine>>) => Promise<T> | T,
  ): Promise<T> => {
    const opened = await openEngine({ home: project.path(".siterecovery") });
    try {
      return await run(opened);
    } finally {
      opened.close();
    }
  };

  beforeAll(async () => {
    project = await makePluginProject(withPolicy());
  });
  afterAll(() => project.remove());

  async function changePolicy(replicationInterval: number): Promise<void> {
    const settings = { instanceType: "HyperVReplicaAzure", replicationInterval };
    const wanted = { ...scope, properties: { providerSpecificInput: settings } };
    await engine((opened) =>
      handlerOf("policy", opened).update(policyId, wanted, wanted, { report: () => undefined }),
    );
  }

  it("previews what is not known yet, then makes it, and then there is nothing to do", async () => {
    const preview = await project.preview();
    expect(preview.status, preview.text).toBe(0);
    expect(preview.text).toMatch(/vaultId\s*: \[unknown\]/);
    expect(preview.text).toMatch(/state\s*: \[unknown\]/);
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toMatch(/state\s*: "Succeeded"/);
    expect((await project.preview()).text).toContain("3 unchanged");
  });

  it("keeps a secret out of state and screen", async () => {
    program(withPolicy().replace("open sesame", "open saffron"));
    const preview = await project.preview("--diff");
    expect(preview.text).toMatch(/note: \[secret\] => \[secret\]/);
    const up = await project.up();
    expect(up.text + preview.text + (await project.state())).not.toMatch(/saffron|sesame/);
    expect((await project.preview()).text).toContain("3 unchanged");
  });

  it("names what changes in place, and what replaces", async () => {
    const changed = withPolicy()
      .replace("open sesame", "open saffron")
      .replace("settings(300)", "settings(900)");
    program(changed);
    expect((await project.preview("--diff")).text).toMatch(/~ replicationInterval: 300 => 900/);
    program(changed.replace("settings(900), ", 'settings(900), policyName: "silver", '));
    const replaced = await project.preview("--diff");
    expect(replaced.text).toMatch(/\+-siterecovery:index:ReplicationPolicy: \(replace\)/);
    expect(replaced.text).toMatch(/policyName: "gold" => "silver"/);
  });

  it("shows drift in a plain preview, takes it over in a refresh, and sets it back", async () => {
    program(withPolicy().replace("open sesame", "open saffron"));
    await changePolicy(30);
    const drifted = /replicationInterval has drifted: it is 30, the program says 300/;
    expect((await project.preview()).text).toMatch(drifted);
    const refresh = await project.pulumi("refresh", "--yes", "--skip-preview", "--stack", "test");
    expect(refresh.status, refresh.text).toBe(0);
    expect((await project.preview("--diff")).text).toMatch(/~ replicationInterval: 30 => 300/);
    expect((await project.up()).text).toContain("1 updated");
    expect((await project.preview()).text).toContain("3 unchanged");
  });

  it("ignoreChanges leaves a value alone, drifted or written anew, also after a refresh", async () => {
    const path = "properties.providerSpecificInput.replicationInterval";
    const text = withPolicy("", `ignoreChanges: ["${path}"]`).replace("open sesame", "open saffron");
    program(text.replace("settings(300)", "settings(900)"));
    expect((await project.preview()).text).toContain("3 unchanged");
    await changePolicy(30);
    await project.pulumi("refresh", "--yes", "--skip-preview", "--stack", "test");
    expect((await project.preview()).text).toContain("3 unchanged");
    await changePolicy(300);
    await project.pulumi("refresh", "--yes", "--skip-preview", "--stack", "test");
  });

  it("shows no change for a new logical name with an alias: the thing keeps its own name", async () => {
    program(withPolicy("", 'aliases: [{ name: "gold" }]', "renamed").replace("open sesame", "open saffron"));
    expect((await project.preview()).text).toContain("3 unchanged");
    program(withPolicy().replace("open sesame", "open saffron"));
  });

  it("imports what exists; the program that says what was imported shows no change", async () => {
    program(head.replace("open sesame", "open saffron"));
    await project.pulumi("state", "delete", "--yes", "--stack", "test", policyUrn("gold"));
    const run = await project.pulumi(
      ...["import", "siterecovery:index:ReplicationPolicy", "gold", policyId],
      ...["--yes", "--generate-code=false", "--protect=false", "--stack", "test"],
    );
    expect(run.status, run.text).toBe(0);
    const { resources } = (JSON.parse(await project.state()) as Exported).deployment;
    const { inputs } = resources.find(({ type }) => type.endsWith(":ReplicationPolicy"))!;
    expect(inputs).toMatchObject(scope);
    program(
      `${head}new sr.ReplicationPolicy("gold", ${JSON.stringify(inputs)});\n`.replace("sesame", "saffron"),
    );
    expect((await project.preview()).text).toContain("3 unchanged");
    program(withPolicy().replace("open sesame", "open saffron"));
    expect((await project.preview()).text).toContain("3 unchanged");
  });

  function policyUrn(name: string): string {
    return `urn:pulumi:test::dr::siterecovery:index:ReplicationPolicy::${name}`;
  }

  it("protect keeps a resource from being deleted, retainOnDelete keeps what it stands for", async () => {
    program(withPolicy("", "protect: true, retainOnDelete: true").replace("open sesame", "open saffron"));
    expect((await project.up()).status).toBe(0);
    program(head.replace("open sesame", "open saffron"));
    const refused = await project.up();
    expect(refused.status).not.toBe(0);
    expect(refused.text).toContain("protect");
    expect(
      (await project.pulumi("state", "unprotect", "--yes", "--stack", "test", policyUrn("gold"))).status,
    ).toBe(0);
    expect((await project.up()).status).toBe(0);
    expect(await engine((opened) => opened.findThing(policyId)?.id)).toBe(policyId);
  });

  it("tells all mistakes at once with their properties, without a stack trace, before anything is made", async () => {
    program(withPolicy("polcyName: 'x',").replace("settings(300)", "settings(60)"));
    const up = await project.up();
    expect(up.status).not.toBe(0);
    expect(up.text).toMatch(/unknown property 'polcyName'; did you mean 'policyName'\?/);
    expect(up.text).toMatch(/replicationInterval: 60 is not one of 30, 300 or 900/);
    expect(up.text).not.toMatch(/\n\s+at .*[jt]s:\d+/);
  });

  it("looks things up for a program", async () => {
    program(`${head}
export const policies = vault.id.apply(async () =>
  (await sr.lookUp("listPolicies", { resourceName: "dr-vault" })).policies.map(({ name }) => name));
export const found = sr.lookUp("getVault", { resourceGroupName: "dr", vaultName: "dr-vault" }).then(({ id }) => id);
`);
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toMatch(/policies\s*: \[[\s+]*\[0\]: "gold"/);
    expect(up.text).toMatch(/found\s*: "\/subscriptions\/.*\/vaults\/dr-vault"/);
  });

  it("deletes what it made", async () => {
    await engine((opened) => opened.removeThing(policyId));
    const destroy = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(destroy.status, destroy.text).toBe(0);
    expect(await engine((opened) => opened.listThings({}))).toEqual([]);
  });
});
