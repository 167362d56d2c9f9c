import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { azureNativeProject } from "./azure-native-project.ts";
import type { PulumiProject } from "./pulumi-project.ts";

/** What stands in a state, as far as it matters here. */
interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly dependencies?: readonly string[];
  readonly inputs?: { properties?: Record<string, unknown> };
}

describe("one definition for the engine and for Azure, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  beforeAll(async () => {
    project = await azureNativeProject();
    project.define({
      machines: [{ name: "web1" }],
      plans: [{ name: "shop", groups: [["web1"]] }],
    } as never);
    await project.pulumi("config", "set", "siterecovery:target", "azure", "--stack", "test");
  });
  afterAll(() => project.remove());

  const native = (className: string): string => `azure-native:recoveryservices:${className}`;

  it("the switch in the configuration sends it to azure-native", async () => {
    const run = await project.up();
    expect(run.status, run.text).toBe(0);
    const { deployment } = JSON.parse(await project.state()) as { deployment: { resources: Resource[] } };
    const byName = new Map(deployment.resources.map((one) => [one.urn.split("::").at(-1)!, one]));
    const item = byName.get("machine/web1")!;
    expect(item.type).toBe(native("ReplicationProtectedItem"));
    expect(byName.get("site/london")!.type).toBe(native("ReplicationFabric"));
    // It waits for its mapping, and that for all that stands in the site.
    const waitsFor = (name: string): string[] =>
      (byName.get(name)!.dependencies ?? []).map((urn) => urn.split("::").at(-1)!);
    expect(waitsFor("machine/web1")).toContain("container-mapping/london");
    expect(waitsFor("container-mapping/london")).toEqual(
      expect.arrayContaining(["policy/every-5-minutes", "site/london", "network/recovery-net"]),
    );
    expect(item.inputs?.properties?.["protectableItemId"]).toMatch(/^\/subscriptions\/1{8}-/);
    expect(run.text).toMatch(/web1: properties\.protectableItemId ends in a name/);
    // Nothing of the engine's was made beside it.
    expect(fs.readdirSync(project.folder)).toContain("siterecovery.yaml");
    expect(fs.readdirSync(project.folder)).not.toContain(".siterecovery");
  });

  it("again, there is nothing to do", async () => {
    const run = await project.up();
    expect(run.status, run.text).toBe(0);
    expect(run.text).not.toMatch(/^ +\d+ (created|updated|replaced|deleted)/m);
  });

  it("what Azure cannot do is one message, without a stack trace, and changes nothing", async () => {
    project.define({ machines: [{ name: "web1", activeLocation: "recovery" }] });
    const run = await project.preview();
    expect(run.status).not.toBe(0);
    expect(run.text).toMatch(/machines\[0\]\.activeLocation: a failover is an action in Azure/);
    expect(run.text).not.toMatch(/^\s+at /m);
  });

  it("so is a word that is no target", async () => {
    await project.pulumi("config", "set", "siterecovery:target", "aws", "--stack", "test");
    const run = await project.preview();
    expect(run.status).not.toBe(0);
    expect(run.text).toContain('siterecovery:target is "aws" in the stack\'s configuration');
    expect(run.text).not.toMatch(/^\s+at /m);
  });
});
