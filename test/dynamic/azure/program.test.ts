/** Programs for the target azure: what Pulumi is told in place of the engine's resources. */
import { describe, expect, it } from "vitest";
import { outcomeOf, toAzure, toldOf } from "./outcome-of.ts";
import type { Outcome } from "./run-program.ts";

const native = "azure-native:recoveryservices:";

describe("a Hyper-V site (S3)", () => {
  const outcome = outcomeOf("hyperv-site.ts", toAzure);

  it("becomes resources of azure-native, under the same names and parents", () => {
    expect(outcome.error).toBeUndefined();
    const at = (type: string, name: string): string => `urn:pulumi:dev::proj::${type}::${name}`;
    expect(outcome.urns).toEqual({
      vault: at(`${native}Vault`, "dr-vault"),
      replicas: at("azure-native:storage:StorageAccount", "replicas"),
      network: at("azure-native:network:VirtualNetwork", "recovery-net"),
      policy: at(`${native}ReplicationPolicy`, "five"),
      site: at(`x:index:Group$${native}ReplicationFabric`, "london"),
      host: at("siterecovery:azure:ReplicationRecoveryServicesProvider", "hv1"),
      container: at("siterecovery:azure:ReplicationProtectionContainer", "machines"),
      mapping: at(`${native}ReplicationProtectionContainerMapping`, "machines-to-azure"),
      web1: at(`x:index:Group$${native}ReplicationProtectedItem`, "web1"),
      plan: at(`${native}ReplicationRecoveryPlan`, "shop"),
    });
  });

  it("has the arguments of Azure: names by default, and in words what the engine takes for granted", () => {
    expect(toldOf(outcome, "dr-vault").inputs).toEqual({
      resourceGroupName: "dr",
      vaultName: "dr-vault",
      location: "westeurope",
      sku: { name: "Standard" },
      properties: { publicNetworkAccess: "Enabled" },
    });
    expect(toldOf(outcome, "machines-to-azure").inputs).toMatchObject({
      fabricName: "london",
      protectionContainerName: "machines",
      mappingName: "machines-to-azure",
      properties: { targetProtectionContainerId: "Microsoft Azure" },
    });
    const { inputs } = toldOf(outcome, "web1");
    const base = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/dr";
    expect(inputs).toMatchObject({
      replicatedProtectedItemName: "web1",
      properties: {
        policyId: `${base}/made/${native}ReplicationPolicy/five`,
        protectableItemId: expect.stringMatching(
          /^\/subscriptions\/1{8}-.*\/replicationFabrics\/london\/replicationProtectionContainers\/machines\/replicationProtectableItems\/0b3ae4d5-/,
        ) as string,
        providerSpecificDetails: {
          targetStorageAccountId: `${base}/made/azure-native:storage:StorageAccount/replicas`,
        },
      },
    });
    // The engine's consent to a loss means nothing in Azure.
    expect(inputs).not.toHaveProperty("allowDisableWhileFailedOver");
    expect(toldOf(outcome, "shop").inputs).toMatchObject({
      properties: { failoverDeploymentModel: "ResourceManager", recoveryFabricId: "Microsoft Azure" },
    });
  });

  it("takes what registered itself as known: nothing is read, for in a new vault there is nothing yet", () => {
    expect(toldOf(outcome, "hv1")).toEqual({
      type: "siterecovery:azure:ReplicationRecoveryServicesProvider",
      name: "hv1",
      inputs: {},
    });
    expect(outcome.told.filter(({ read }) => read !== undefined)).toEqual([]);
  });

  it("is the engine's without the switch, and azure-native is not even loaded", () => {
    const engine = outcomeOf("hyperv-site.ts");
    expect(engine.error).toBeUndefined();
    expect(engine.isAzureLoaded).toBe(false);
    const types = new Set(engine.told.map(({ type }) => type.split("/")[0]));
    expect(types).toEqual(new Set(["pulumi-nodejs:dynamic", "x:index:Group"]));
    expect(outcome.isAzureLoaded).toBe(true);
  });

  const subscriptionIn = (one: Outcome): string | undefined => {
    const { properties } = toldOf(one, "web1").inputs as { properties: { protectableItemId: string } };
    return properties.protectableItemId.split("/")[2];
  };

  it("takes the subscription that azure-native is configured with", () => {
    const other = "99999999-2222-3333-4444-555555555555";
    const configured = outcomeOf("hyperv-site.ts", { ...toAzure, "azure-native:subscriptionId": other });
    expect(subscriptionIn(configured)).toBe(other);
    expect(subscriptionIn(outcome)).toMatch(/^1{8}-/);
  });
});

it("VMware machines (S1): the fabric of a configuration server is known, the rest is made", () => {
  const outcome = outcomeOf("vmware.ts", toAzure);
  expect(outcome.error).toBeUndefined();
  expect(toldOf(outcome, "rome").type).toBe("siterecovery:azure:ReplicationFabric");
  expect(toldOf(outcome, "vc1")).toMatchObject({
    type: `${native}ReplicationvCenter`,
    inputs: { vcenterName: "vc1", properties: { ipAddress: "10.0.0.4", runAsAccountId: "7" } },
  });
  expect(toldOf(outcome, "vc1").inputs).not.toHaveProperty("inventoryFolder");
  expect(toldOf(outcome, "erp")).toMatchObject({
    type: `${native}ReplicationMigrationItem`,
    inputs: {
      migrationItemName: "erp",
      properties: { providerSpecificDetails: { instanceType: "VMwareCbt", vmwareMachineId: "erp" } },
    },
  });
  expect(toldOf(outcome, "vm1")).toMatchObject({
    type: `${native}ReplicationProtectedItem`,
    inputs: {
      properties: {
        providerSpecificDetails: {
          instanceType: "InMageAzureV2",
          processServerId: "0b3ae4d5-7e0a-4b8e-9f6f-8a3f1f3f2c11",
          multiVmGroupName: "shop",
          disksToInclude: [{ diskId: "os" }],
        },
      },
    },
  });
});

describe("what Azure cannot do", () => {
  it.each([
    ["location", /^activeLocation of the protected item web1 cannot .*: a failover is an action in Azure/],
    ["failover", /^failover of the protected item web1 cannot be declared for the target azure/],
    [
      "process server",
      /^processServerId of the protected item web1 .*Hyper-V hosts send to Azure themselves/,
    ],
    ["master target", /providerSpecificDetails\.masterTargetId of .*Azure knows the server by the UUID/],
    ["drill", /^The drill rehearsal cannot be declared.*a test failover is an action/],
    ["cluster", /^activeLocation of the protection cluster sql cannot .*: a failover is an action in Azure/],
    ["migrated", /^migrated of the migration item erp cannot .*a migration is an action in Azure/],
    ["hours", /^officeHours of the replication policy five/],
    ["second site", /instanceType of the replication policy five .*Azure has retired/],
    ["second site, known later", /instanceType of the replication policy five .*Azure has retired/],
    ["container", /targetProtectionContainerId of .* map cannot .*Azure has retired/],
    [
      "network mapping",
      /^The network mapping map .*its fabric is a Hyper-V site, and Azure maps networks of VMM/,
    ],
    ["script", /^properties\.groups of the recovery plan shop .*the action check runs a script/],
  ])("is refused with the reason: %s", (what, message) => {
    const { error, isRunError, told } = outcomeOf("refused.ts", toAzure, { REFUSED: what });
    expect(error).toMatch(message);
    // Pulumi shows no stack trace of it. What is known later is refused in the midst of a registration.
    if (isRunError !== undefined) expect(isRunError).toBe(true);
    expect(told.filter(({ type }) => !type.includes("ReplicationFabric"))).toEqual([]);
  });
});

describe("details of programs", () => {
  const outcome = outcomeOf("details.ts", toAzure);
  const seen = outcome.seen as Record<string, unknown>;

  it("outputs that only the engine's resources have are there all the same", () => {
    expect(outcome.error).toBeUndefined();
    expect([seen["item"], seen["cluster"], seen["migrated"]]).toEqual(["recovery", "primary", true]);
    expect(seen["plan"]).toMatch(/^activeLocation of a recovery plan is not known for the target azure/);
  });

  it("a resource with a provider of its own has ids of that one's subscription", () => {
    expect(seen["containerId"]).toMatch(/^\/subscriptions\/77777777-/);
  });

  it("a Hyper-V site of one vault keeps nobody from mapping networks in another", () => {
    expect(toldOf(outcome, "map").type).toBe(`${native}ReplicationNetworkMapping`);
  });

  it("whoever depends on a known part waits for what that one waits for, also where that is promised", () => {
    expect(seen["behind"]).toEqual(["site"]);
  });

  it("all wishes of a resource that cannot be are told together", () => {
    expect(String(seen["refused"]).match(/cannot be declared for the target azure/g)).toHaveLength(3);
  });
});

it("a target that is none is refused, with those that there are", () => {
  const { error } = outcomeOf("hyperv-site.ts", { "siterecovery:target": "aws" });
  expect(error).toMatch(/^siterecovery:target is "aws" .*it is engine .* or azure/);
});
