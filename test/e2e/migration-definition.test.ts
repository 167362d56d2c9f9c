import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskContent, sha256 } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";

const definition = `version: 1
resourceGroup: dr
vault: { name: dr-vault }
azure:
  storageAccounts: [{ name: replicas }]
  networks: [{ name: cloud }, { name: test-net }]
policies: [{ name: move, instanceType: VMwareCbt }]
sites:
  - name: london
    kind: vmware
    server: cs
    migrationPolicy: move
    runAsAccounts: [vcenter]
    vcenters: [{ name: vc1, inventory: hv1, account: vcenter }]
migrations:
  - { name: erp1, disks: [os, data], network: cloud, testNetwork: test-net, targetName: erp1-cloud, migrated: false }
`;

describe("a migration of a definition, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  const disks = ["os", "data"];
  const source = (disk: string): string => project.path("hv1/erp1", `${disk}.img`);
  const target = (disk: string, name = "erp1-cloud"): string =>
    project.path(".siterecovery/azure/dr", name, `${disk}.img`);

  beforeAll(async () => {
    project = await PulumiProject.make();
    project.addMachine(
      "erp1",
      disks.map((id, index) => ({ id, content: diskContent(index, 4) })),
    );
    project.write("siterecovery.yaml", definition);
  });
  afterAll(() => project.remove());

  it("replicates the machine, and then there is nothing to do", async () => {
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    const preview = await project.preview("--refresh", "--expect-no-changes");
    expect(preview.status, preview.text).toBe(0);
  });

  it("is tried in its test network", async () => {
    const test = await project.siterecovery("test-failover", "erp1");
    expect(test.text).toMatch(/erp1-cloud-test runs in test-net/);
    for (const disk of disks) expect(sha256(target(disk, "erp1-cloud-test"))).toBe(sha256(source(disk)));
    expect((await project.siterecovery("clean-up", "erp1")).status).toBe(0);
  });

  it("migrates it when it says so, and is told by `convert --live` as it was declared", async () => {
    project.write("siterecovery.yaml", definition.replace("migrated: false", "migrated: true"));
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toContain("1 updated");
    for (const disk of disks) expect(sha256(target(disk))).toBe(sha256(source(disk)));
    const converted = await project.siterecovery("convert", "--live", "--output", "converted.yaml");
    expect(converted.status, converted.text).toBe(0);
    expect(converted.text).not.toMatch(/left out|not carried over/);
    const text = fs.readFileSync(project.path("converted.yaml"), "utf8");
    expect(text).toMatch(/migrationPolicy: move/);
    expect(text).toMatch(/migrated: true/);
  });

  it("keeps the machine that it made when all is destroyed", async () => {
    const destroy = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(destroy.status, destroy.text).toBe(0);
    for (const disk of disks) expect(sha256(target(disk))).toBe(sha256(source(disk)));
  });
});
