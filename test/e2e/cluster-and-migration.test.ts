import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskContent, sha256 } from "./disk-content.ts";
import { makePluginProject } from "./plugin-project.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Status } from "./status.ts";

/** Two machines that are protected as one, and one that is migrated, of the same vCenter server. */
const program = `import * as sr from "siterecovery";

const group = { resourceGroupName: "dr" };
const vault = new sr.Vault("dr-vault", group);
const storage = new sr.StorageAccount("replicas", { ...group, kind: "StorageV2", sku: { name: "Standard_LRS" } });
const [network, testNetwork] = ["recovery-net", "test-net"].map((name) => new sr.VirtualNetwork(name, group));
const inVault = { ...group, resourceName: vault.name };
const site = new sr.ReplicationFabric("london", {
  ...inVault,
  properties: { customDetails: { instanceType: "VMware" } },
});
const inSite = { ...inVault, fabricName: site.name };
const identity = { tenantId: "t", applicationId: "a", objectId: "o", audience: "x", aadAuthority: "y" };
const server = new sr.ReplicationRecoveryServicesProvider("cs", {
  ...inSite,
  properties: { machineName: "cs", authenticationIdentityInput: identity, resourceAccessIdentityInput: identity },
  runAsAccounts: ["vcenter"],
});
const vcenter = new sr.ReplicationvCenter("vcenter", { ...inSite, inventoryFolder: "hv1" }, { dependsOn: [server] });
const container = new sr.ReplicationProtectionContainer("machines", inSite, { dependsOn: [server] });
const inContainer = { ...inSite, protectionContainerName: container.name };
const policies = [{ instanceType: "InMageAzureV2", multiVmSyncStatus: "Enable" }, { instanceType: "VMwareCbt" }].map(
  (providerSpecificInput) =>
    new sr.ReplicationPolicy(providerSpecificInput.instanceType, { ...inVault, properties: { providerSpecificInput } }),
);
const mappings = policies.map(
  (policy, index) =>
    new sr.ReplicationProtectionContainerMapping(\`map-\${index}\`, { ...inContainer, properties: { policyId: policy.id } }),
);
const options = { dependsOn: [vcenter, ...mappings] };
const machine = (name) => container.id.apply((id) => \`\${id}/replicationProtectableItems/\${name}\`);

const nodes = ["db1", "db2"].map((name) => new sr.ReplicationProtectedItem(name, {
  ...inContainer,
  properties: {
    policyId: policies[0].id,
    protectableItemId: machine(name),
    providerSpecificDetails: {
      instanceType: "InMageAzureV2",
      storageAccountId: storage.id,
      targetAzureNetworkId: network.id,
    },
  },
}, options));
new sr.ReplicationProtectionCluster("sql", {
  ...inContainer,
  properties: { clusterProtectedItemIds: nodes.map((node) => node.id), clusterNodeFqdns: ["db1.lan", "db2.lan"] },
  activeLocation: "primary",
});

const account = site.id.apply((id) => \`\${id}/runAsAccounts/vcenter\`);
new sr.ReplicationMigrationItem("web1", {
  ...inContainer,
  properties: {
    policyId: policies[1].id,
    providerSpecificDetails: {
      instanceType: "VMwareCbt",
      vmwareMachineId: machine("web1"),
      disksToInclude: [
        { diskId: "os", isOSDisk: "true", logStorageAccountId: storage.id, logStorageAccountSasSecretName: "sas" },
      ],
      dataMoverRunAsAccountId: account,
      snapshotRunAsAccountId: account,
      targetResourceGroupId: vault.id.apply((id) => id.split("/providers/")[0]),
      targetNetworkId: network.id,
      testNetworkId: testNetwork.id,
      targetVmName: "web1-cloud",
    },
  },
  migrated: false,
}, options);
`;

const doors: [string, () => Promise<PulumiProject>][] = [
  ["dynamic resources", () => PulumiProject.make(program)],
  ["the plugin", () => makePluginProject(program.replace('from "siterecovery"', 'from "./classes.js"'))],
];

describe.each(doors)("a cluster and a migration through %s, with the real Pulumi CLI", (_door, make) => {
  let project: PulumiProject;
  let text: string;
  const source = (name: string): string => project.path("hv1", name, "os.img");
  const target = (name: string): string => project.path(".siterecovery/azure/dr", name, "os.img");

  beforeAll(async () => {
    project = await make();
    text = fs.readFileSync(project.path("program/main.ts"), "utf8");
    const service = { mobilityService: { version: "9.62" } };
    for (const [index, name] of ["db1", "db2"].entries())
      project.addMachine(name, [{ id: "os", content: diskContent(index, 4) }], service);
    project.addMachine("web1", [{ id: "os", content: diskContent(7, 4) }]);
  });
  afterAll(() => project.remove());

  async function change(from: string, to: string): Promise<string> {
    expect(text).toContain(from);
    text = text.replace(from, to);
    project.write("program/main.ts", text);
    const preview = await project.preview("--diff");
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toContain("1 updated");
    return preview.text;
  }

  it("makes them, and then there is nothing to do", async () => {
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toContain("17 created");
    const preview = await project.preview("--refresh", "--expect-no-changes");
    expect(preview.status, preview.text).toBe(0);
    expect((await project.siterecovery("status")).stdout).toMatch(
      /Protection cluster sql: db1, db2; Protected/,
    );
  });

  it("fails the cluster over from points of one instant", async () => {
    const run = await project.siterecovery("replicate", "db1");
    expect(run.status, run.text).toBe(0);
    const alone = await project.siterecovery("failover", "db1");
    expect(alone.text).toMatch(/db1 cannot change sides without db2: they are the protection cluster sql/);
    const tested = await project.siterecovery("plan", "test-failover", "sql", "--network", "test-net");
    expect(tested.status, tested.text).toBe(0);
    for (const name of ["db1", "db2"])
      expect(sha256(target(`${name}-test`)), name).toBe(sha256(source(name)));
    const cleaned = await project.siterecovery("plan", "clean-up", "sql");
    expect(cleaned.status, cleaned.text).toBe(0);
    const preview = await change('activeLocation: "primary"', 'activeLocation: "recovery"');
    expect(preview).toMatch(/sql: UnplannedFailover of db1, db2 to the recovery side/);
    for (const name of ["db1", "db2"]) expect(sha256(target(name)), name).toBe(sha256(source(name)));
  });

  it("tests the migration, migrates, and keeps the machine when all is destroyed", async () => {
    const test = await project.siterecovery("test-failover", "web1");
    expect(test.text).toMatch(/web1-cloud-test runs in test-net/);
    expect((await project.siterecovery("clean-up", "web1")).status).toBe(0);
    const preview = await change("migrated: false", "migrated: true");
    expect(preview).toMatch(/web1: migration to the target, once and for all; the source is shut down first/);
    expect(sha256(target("web1-cloud"))).toBe(sha256(source("web1")));
    const { items } = await project.json<Status>("status");
    expect(items.find(({ name }) => name === "web1")!.protectionState).toBe("MigrationSucceeded");
    const again = await project.siterecovery("migrate", "web1");
    expect([again.status, again.text]).toEqual([
      1,
      expect.stringMatching(/The migration of web1 is not allowed/),
    ]);
    const destroyed = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(destroyed.text).toMatch(/db1 runs at the recovery side|db2 runs at the recovery side/);
    expect(destroyed.text).not.toMatch(/web1.*cannot/);
    expect(sha256(target("web1-cloud"))).toBe(sha256(source("web1")));
  });
});
