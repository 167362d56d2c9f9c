/**
 * A program for azure-native runs here with its import changed. It has the kinds that need machines, networks and
 * servers, with arguments as the examples of the Pulumi registry have them.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import { quiet } from "../engine/fixture.ts";
import { azureNativeProject } from "./azure-native-project.ts";
import { diskContent, sha256 } from "./disk-content.ts";
import { makePluginProject } from "./plugin-project.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Status } from "./status.ts";

const group = "harbour-group";
const subscription = "/subscriptions/6f9619ff-8b86-d011-b42d-00c04fc964ff";
const inGroup = `${subscription}/resourceGroups/${group}/providers`;
const vaultId = `${inGroup}/Microsoft.RecoveryServices/vaults/harbour`;
const cloud = "cloud_1f0c9d8e-5a7b-4c3d-9e2f-0a1b2c3d4e5f";
const [fast, slow] = ["1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d", "8d7c6b5a-4f3e-4d2c-9b1a-0f9e8d7c6b5a"];

const programOf = (from: string): string => `import * as recovery from "${from}";

const inVault = { resourceGroupName: "${group}", resourceName: "harbour" };
const id = (path) => "${vaultId}/" + path;
const networkId = "${inGroup}/Microsoft.Network/virtualNetworks/quay";
const storageId = "${inGroup}/Microsoft.Storage/storageAccounts/harbourstore";

new recovery.ReplicationNetworkMapping("networkMapping", {
  ...inVault,
  fabricName: "mole",
  networkName: "quay-lan",
  networkMappingName: "quay-to-azure",
  properties: {
    fabricSpecificDetails: { instanceType: "VmmToAzure" },
    recoveryFabricName: "Microsoft Azure",
    recoveryNetworkId: networkId,
  },
});

new recovery.ReplicationStorageClassificationMapping("storageMapping", {
  ...inVault,
  fabricName: "mole",
  storageClassificationName: "${fast}",
  storageClassificationMappingName: "fast-to-slow",
  properties: {
    targetStorageClassificationId: id("replicationFabrics/jetty/replicationStorageClassifications/${slow}"),
  },
});

const pier = { ...inVault, fabricName: "pier", protectionContainerName: "${cloud}" };
const inPier = "replicationFabrics/pier/replicationProtectionContainers/${cloud}";
new recovery.ReplicationProtectedItem("item", {
  ...pier,
  replicatedProtectedItemName: "dock-1",
  properties: {
    policyId: id("replicationPolicies/profile"),
    protectableItemId: id(inPier + "/replicationProtectableItems/dock-1"),
    providerSpecificDetails: {
      instanceType: "HyperVReplicaAzure",
      targetAzureNetworkId: networkId,
      targetStorageAccountId: storageId,
    },
  },
});

const yard = { ...inVault, fabricName: "yard", protectionContainerName: "racks" };
const inYard = "replicationFabrics/yard/replicationProtectionContainers/racks";
const nodes = ["rack-1", "rack-2"].map((name) => new recovery.ReplicationProtectedItem(name, {
  ...yard,
  replicatedProtectedItemName: name,
  properties: {
    policyId: id("replicationPolicies/racks"),
    protectableItemId: id(inYard + "/replicationProtectableItems/" + name),
    providerSpecificDetails: { instanceType: "InMageAzureV2", storageAccountId: storageId, targetAzureNetworkId: networkId },
  },
}));
new recovery.ReplicationProtectionCluster("cluster", {
  ...yard,
  replicationProtectionClusterName: "racks",
  properties: {
    protectionClusterType: "OnlyGroup",
    clusterProtectedItemIds: nodes.map((node) => node.id),
    policyId: id("replicationPolicies/racks"),
  },
});

new recovery.ReplicationMigrationItem("migration", {
  ...yard,
  migrationItemName: "dock-2",
  properties: {
    policyId: id("replicationPolicies/move"),
    providerSpecificDetails: {
      instanceType: "VMwareCbt",
      dataMoverRunAsAccountId: id("replicationFabrics/yard/replicationFabricRunAsAccounts/mover"),
      disksToInclude: [
        {
          diskId: "os",
          isOSDisk: "true",
          logStorageAccountId: storageId,
          logStorageAccountSasSecretName: "sas",
        },
      ],
      licenseType: "WindowsServer",
      performAutoResync: "true",
      snapshotRunAsAccountId: id("replicationFabrics/yard/replicationFabricRunAsAccounts/snapshot"),
      targetNetworkId: networkId,
      targetResourceGroupId: "${subscription}/resourceGroups/${group}",
      vmwareMachineId: "${inGroup}/Microsoft.OffAzure/VMwareSites/yard/machines/dock-2",
    },
  },
});
`;

const machines = ["dock-1", "rack-1", "rack-2", "dock-2"];
const identity = { tenantId: "t", applicationId: "a", objectId: "o", audience: "x", aadAuthority: "y" };

/** What a program does not declare in Azure: it is there already, or registered itself. */
async function registerAll(project: PulumiProject): Promise<void> {
  for (const [index, name] of machines.entries())
    project.addMachine(name, [{ id: "os", content: diskContent(index, 2) }], {
      mobilityService: { version: "9.62" },
    });
  for (const folder of ["fast", "slow", "empty"]) project.write(`${folder}/.keep`, "");
  const engine = await openEngine({ home: project.path(".siterecovery") });
  const inVault = { resourceGroupName: group, resourceName: "harbour" };
  const make = (kind: KindName, inputs: object): Promise<unknown> =>
    handlerOf(kind, engine).create(inputs, quiet);
  const register = (fabricName: string, machineName: string, more: object = {}): Promise<unknown> => {
    const identities = { authenticationIdentityInput: identity, resourceAccessIdentityInput: identity };
    const properties = { machineName, ...identities };
    return make("services-provider", {
      ...inVault,
      fabricName,
      providerName: machineName,
      properties,
      ...more,
    });
  };
  const fabric = (fabricName: string, instanceType?: string): Promise<unknown> => {
    const details = instanceType === undefined ? {} : { properties: { customDetails: { instanceType } } };
    return make("fabric", { ...inVault, fabricName, ...details });
  };
  const policy = (policyName: string, instanceType: string): Promise<unknown> =>
    make("policy", { ...inVault, policyName, properties: { providerSpecificInput: { instanceType } } });
  const mapping = (
    fabricName: string,
    protectionContainerName: string,
    policyName: string,
  ): Promise<unknown> =>
    make("container-mapping", {
      ...{ ...inVault, fabricName, protectionContainerName, mappingName: policyName },
      properties: { policyId: `${vaultId}/replicationPolicies/${policyName}` },
    });
  try {
    await make("vault", { resourceGroupName: group, vaultName: "harbour" });
    await make("storage-account", {
      ...{ resourceGroupName: group, accountName: "harbourstore" },
      ...{ kind: "StorageV2", sku: { name: "Standard_LRS" } },
    });
    await make("virtual-network", {
      ...{ resourceGroupName: group, virtualNetworkName: "quay" },
      addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
    });
    await policy("profile", "HyperVReplicaAzure");
    await policy("racks", "InMageAzureV2");
    await policy("move", "VMwareCbt");

    await fabric("pier");
    await register("pier", "host-1", { inventoryFolder: project.path("hv1") });
    await make("protection-container", { ...inVault, fabricName: "pier", protectionContainerName: cloud });
    await mapping("pier", cloud, "profile");

    for (const [name, storageClassificationName, folder] of [
      ["mole", fast, "fast"],
      ["jetty", slow, "slow"],
    ] as const) {
      await fabric(name, "VMM");
      await register(name, `vmm-${name}`);
      const place = { ...inVault, fabricName: name };
      await make("storage-classification", {
        ...place,
        storageClassificationName,
        folder: project.path(folder),
      });
      const own = { protectionContainerName: "gold" };
      await make("protection-container", { ...place, ...own, capabilityProfile: "Hyper-V" });
      const network = { networkName: "quay-lan", logicalNetworkName: "backbone" };
      await make("vm-network", { ...place, ...own, ...network });
    }

    await fabric("yard", "VMware");
    await register("yard", "cs", { runAsAccounts: ["mover", "snapshot"] });
    await make("vcenter", {
      ...{ ...inVault, fabricName: "yard", vcenterName: "vcenter" },
      inventoryFolder: project.path("hv1"),
    });
    await make("protection-container", { ...inVault, fabricName: "yard", protectionContainerName: "racks" });
    await mapping("yard", "racks", "racks");
    await mapping("yard", "racks", "move");
  } finally {
    engine.close();
  }
}

describe("a program for azure-native", () => {
  let project: PulumiProject;
  beforeAll(async () => {
    project = await azureNativeProject(programOf("@pulumi/azure-native/recoveryservices/index.js"));
  });
  afterAll(() => project.remove());

  it("is one that azure-native takes", async () => {
    const run = await project.up();
    expect(run.status, run.text).toBe(0);
    expect(run.text).toContain("8 created");
  });
});

const doors: [string, () => Promise<PulumiProject>][] = [
  ["the package", () => PulumiProject.make(programOf("siterecovery"))],
  ["the plugin", () => makePluginProject(programOf("./classes.js"))],
];

describe.each(doors)("the program with %s in its import, with the real Pulumi CLI", (_door, make) => {
  let project: PulumiProject;
  beforeAll(async () => {
    project = await make();
    await registerAll(project);
  });
  afterAll(() => project.remove());

  it("is previewed, makes all of it, and then there is nothing to do", async () => {
    const preview = await project.preview();
    expect(preview.status, preview.text).toBe(0);
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toContain("8 created");
    const again = await project.preview("--refresh", "--expect-no-changes");
    expect(again.status, again.text).toBe(0);
  });

  it("protects the machines that it names", async () => {
    const { items } = await project.json<Status>("status");
    expect(items.map(({ name }) => name).toSorted()).toEqual(machines.toSorted());
    const overview = (await project.siterecovery("status")).stdout;
    expect(overview).toMatch(/Protection cluster racks: rack-1, rack-2; Protected/);
    const run = await project.siterecovery("failover", "dock-1", "--yes");
    expect(run.status, run.text).toBe(0);
    const moved = project.path(`.siterecovery/azure/${group}/dock-1/os.img`);
    expect(sha256(moved)).toBe(sha256(project.path("hv1/dock-1/os.img")));
  });
});
