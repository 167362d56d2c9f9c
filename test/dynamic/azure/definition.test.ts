/** Stack definitions for the target azure: the examples of S1, S3 and S4, as Azure gets them. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as examples from "../../stack/six-flows.ts";
import { makeSites } from "../../stack/six-flows.ts";
import { outcomeOf, toAzure, toldOf } from "./outcome-of.ts";
import type { Outcome } from "./run-program.ts";

let folder: string;
beforeAll(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-azure-"))));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** What an example asks for that Azure has no way to say. */
const engineOnly = [
  /drills:\n( .*\n?)+/,
  / +activeLocation: .*\n/g,
  / processServer: \w+,?/g,
  / masterTarget: \w+,/g,
];

function forAzure(text: string): string {
  const rest = engineOnly.reduce((before, what) => before.replace(what, ""), text);
  return rest.replace("version: 1\n", "version: 1\ntarget: azure\n").replaceAll(", }", " }");
}

function declared(text: string, config: Record<string, string> = {}): Outcome {
  const file = path.join(folder, "stack.yaml");
  fs.writeFileSync(file, text);
  return outcomeOf("definition.ts", config, { DEFINITION: file });
}

const typesOf = ({ told }: Outcome): Record<string, string> =>
  Object.fromEntries(
    told.map(({ name, type }) => [
      name,
      type.replace("azure-native:recoveryservices:", "").replace("siterecovery:azure:", "known "),
    ]),
  );

describe("the examples with the target azure", () => {
  it("S3: a Hyper-V site is made, and its machines name their network themselves", () => {
    const outcome = declared(forAzure(examples.hyperVToAzure));
    expect(outcome.error).toBeUndefined();
    expect(typesOf(outcome)).toEqual({
      "dr-vault": "Vault",
      "storage-account/drreplicas": "azure-native:storage:StorageAccount",
      "network/recovery-net": "azure-native:network:VirtualNetwork",
      "network/drill-net": "azure-native:network:VirtualNetwork",
      "policy/every-5-minutes": "ReplicationPolicy",
      "site/london": "ReplicationFabric",
      "container/london": "known ReplicationProtectionContainer",
      "host/hv1": "known ReplicationRecoveryServicesProvider",
      "host/hv2": "known ReplicationRecoveryServicesProvider",
      "container-mapping/london": "ReplicationProtectionContainerMapping",
      "machine/db1": "ReplicationProtectedItem",
      "machine/web1": "ReplicationProtectedItem",
      "plan/shop": "ReplicationRecoveryPlan",
    });
    const network = toldOf(outcome, "network/recovery-net");
    expect(network.inputs).toMatchObject({ location: "westeurope" });
    const group = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/dr/made";
    expect(toldOf(outcome, "machine/web1").inputs).toMatchObject({
      properties: {
        policyId: `${group}/azure-native:recoveryservices:ReplicationPolicy/policy/every-5-minutes`,
        providerSpecificDetails: {
          targetAzureNetworkId: `${group}/azure-native:network:VirtualNetwork/network/recovery-net`,
        },
      },
    });
    expect(toldOf(outcome, "plan/shop").inputs).toMatchObject({
      properties: {
        groups: [
          {
            replicationProtectedItems: [
              { id: `${group}/azure-native:recoveryservices:ReplicationProtectedItem/machine/db1` },
            ],
          },
          { groupType: "Boot" },
        ],
      },
    });
  });

  it("S4: the VMM server's fabric and networks are known, and mapped", () => {
    const outcome = declared(forAzure(examples.vmmToAzure));
    expect(outcome.error).toBeUndefined();
    expect(typesOf(outcome)).toMatchObject({
      "site/paris": "known ReplicationFabric",
      "server/vmm-paris": "known ReplicationRecoveryServicesProvider",
      "container/paris/gold": "known ReplicationProtectionContainer",
      "host/hv1": "known ReplicationHost",
      "vm-network/paris/production": "known VmNetwork",
      "network-mapping/paris/production": "ReplicationNetworkMapping",
      "container-mapping/paris/gold": "ReplicationProtectionContainerMapping",
      "machine/web1": "ReplicationProtectedItem",
    });
    expect(toldOf(outcome, "network-mapping/paris/production").inputs).toMatchObject({
      networkName: "production",
      properties: {
        recoveryFabricName: "Microsoft Azure",
        fabricSpecificDetails: { instanceType: "VmmToAzure" },
      },
    });
  });

  it("S1: the configuration server's fabric is known, its vCenter server is declared", () => {
    const outcome = declared(forAzure(examples.vmwareToAzure));
    expect(outcome.error).toBeUndefined();
    expect(typesOf(outcome)).toMatchObject({
      "site/rome": "known ReplicationFabric",
      "server/cs-rome": "known ReplicationRecoveryServicesProvider",
      "vcenter/rome/vc1": "ReplicationvCenter",
      "machine/vm1": "ReplicationProtectedItem",
      "machine/erp1": "ReplicationProtectedItem",
    });
    expect(Object.keys(typesOf(outcome)).filter((name) => name.startsWith("network-mapping"))).toEqual([]);
    expect(toldOf(outcome, "machine/vm1").inputs).toMatchObject({
      properties: {
        providerSpecificDetails: { instanceType: "InMageAzureV2", multiVmGroupName: "shop" },
      },
    });
    expect(toldOf(outcome, "machine/vm1").inputs).not.toHaveProperty("failover");
  });
});

describe("the switch of a definition", () => {
  it("is the configuration's, where that has one", () => {
    const text = forAzure(examples.hyperVToAzure);
    makeSites(folder);
    const engine = declared(text, { "siterecovery:target": "engine" });
    expect([engine.error, engine.isAzureLoaded]).toEqual([undefined, false]);
    const azure = declared(text.replace("target: azure\n", ""), toAzure);
    expect(typesOf(azure)["site/london"]).toBe("ReplicationFabric");
  });

  it("refuses at once, and in one list, all that Azure cannot do", () => {
    const { error, isRunError, told } = declared(
      examples.hyperVToAzure.replace("version: 1\n", "version: 1\ntarget: azure\n"),
    );
    expect(isRunError).toBe(true);
    expect(error?.match(/a failover is an action in Azure/g)).toHaveLength(2);
    expect(told).toEqual([]);
  });

  it("takes the names that Azure gave fabrics and containers", () => {
    const text = forAzure(examples.vmmToAzure)
      .replace("kind: vmm\n", "kind: vmm\n    azureFabric: 4c5a\n")
      .replace("{ name: gold,", "{ name: gold, azureContainer: cloud_77,");
    const { inputs } = toldOf(declared(text), "machine/web1");
    expect(inputs).toMatchObject({ fabricName: "4c5a", protectionContainerName: "cloud_77" });
    expect((inputs["properties"] as { protectableItemId: string }).protectableItemId).toMatch(
      /\/replicationFabrics\/4c5a\/replicationProtectionContainers\/cloud_77\/replicationProtectableItems\/web1$/,
    );
  });

  it("takes the ids that Azure has for the machines", () => {
    const id = "0b3ae4d5-7e0a-4b8e-9f6f-8a3f1f3f2c11";
    const text = forAzure(examples.vmmToAzure).replace("name: web1", `name: web1, protectableItem: ${id}`);
    const { inputs } = toldOf(declared(text), "machine/web1");
    expect(inputs["properties"]).toMatchObject({
      protectableItemId: expect.stringMatching(new RegExp(`/replicationProtectableItems/${id}$`)) as string,
    });
  });
});
