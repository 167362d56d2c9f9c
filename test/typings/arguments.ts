/** What programs may write as arguments and what they may not, told by the compiler. There is nothing to run here. */
import * as pulumi from "@pulumi/pulumi";
import {
  RecoveryPlanGroupType,
  type NetworkPathArgs,
  type ReplicationFabricArgs,
  type ReplicationHostArgs,
  type ReplicationNetworkMappingArgs,
  type ReplicationPolicyArgs,
  type ReplicationProtectedItem,
  type ReplicationProtectedItemArgs,
  type ReplicationRecoveryPlanArgs,
  type VaultArgs,
} from "../../provider/index.ts";

const scope = { resourceGroupName: "rg", resourceName: pulumi.output("vault") };

export const accepted = {
  vault: {
    resourceGroupName: Promise.resolve("rg"),
    tags: { owner: pulumi.output("us") },
  } satisfies VaultArgs,
  policy: {
    ...scope,
    policyName: undefined,
    properties: pulumi.output({
      providerSpecificInput: { instanceType: "HyperVReplicaAzure" as const, replicationInterval: 300 },
    }),
  } satisfies ReplicationPolicyArgs,
  item: {
    ...scope,
    fabricName: "site",
    protectionContainerName: "site-container",
    activeLocation: pulumi.output<"recovery" | undefined>("recovery"),
    failover: { kind: "unplanned", recoveryPoint: "latestProcessed" },
    properties: {
      providerSpecificDetails: {
        instanceType: "HyperVReplicaAzure",
        disksToInclude: ["os", pulumi.output("data")],
      },
    },
  } satisfies ReplicationProtectedItemArgs,
  fabric: {
    ...scope,
    properties: { customDetails: { instanceType: "VMM" } },
  } satisfies ReplicationFabricArgs,
  host: {
    ...scope,
    fabricName: pulumi.output("paris"),
    protectionContainerName: "gold",
    inventoryFolder: "inventory/hv1",
    recoveryServicesAgentInstalled: pulumi.output(true),
  } satisfies ReplicationHostArgs,
  networkMapping: {
    ...scope,
    fabricName: "paris",
    networkName: "production",
    properties: {
      recoveryNetworkId: pulumi.output("/subscriptions/0"),
      fabricSpecificDetails: { instanceType: "VmmToVmm" },
    },
  } satisfies ReplicationNetworkMappingArgs,
  networkPath: {
    ...scope,
    fabricName: "rome",
    purpose: "failback",
    connection: "SiteToSiteVpn",
    closedPorts: [80, pulumi.output(9443)],
  } satisfies NetworkPathArgs,
  plan: {
    ...scope,
    properties: {
      primaryFabricId: pulumi.output("/subscriptions/0"),
      recoveryFabricId: "Microsoft Azure",
      groups: [
        {
          groupType: RecoveryPlanGroupType.Boot,
          replicationProtectedItems: [{ id: pulumi.output("/subscriptions/1") }],
        },
      ],
    },
  } satisfies ReplicationRecoveryPlanArgs,
};

export const refused: unknown[] = [
  {
    ...scope,
    properties: {
      customDetails: {
        // @ts-expect-error a sort of fabric that there is not
        instanceType: "HyperV",
      },
    },
  } satisfies ReplicationFabricArgs,
  {
    ...scope,
    fabricName: "paris",
    inventoryFolder: "inventory/hv1",
    // @ts-expect-error the cloud is missing
  } satisfies ReplicationHostArgs,
  {
    ...scope,
    fabricName: "rome",
    purpose: "replication",
    // @ts-expect-error a connection that there is not
    connection: "Wifi",
  } satisfies NetworkPathArgs,
  {
    ...scope,
    // @ts-expect-error a misspelt key
    polcyName: "gold",
  } satisfies ReplicationPolicyArgs,
  {
    ...scope,
    properties: {
      providerSpecificInput: {
        instanceType: "HyperVReplicaAzure",
        // @ts-expect-error seconds, not a text with a unit
        replicationInterval: "5m",
      },
    },
  } satisfies ReplicationPolicyArgs,
  {
    ...scope,
    properties: {
      providerSpecificInput: {
        // @ts-expect-error another replication provider
        instanceType: "InMage",
      },
    },
  } satisfies ReplicationPolicyArgs,
  {
    ...scope,
    fabricName: "site",
    protectionContainerName: "site-container",
    // @ts-expect-error a side that there is not
    activeLocation: "secondary",
  } satisfies ReplicationProtectedItemArgs,
  {
    ...scope,
    fabricName: "site",
    protectionContainerName: "site-container",
    failover: {
      // @ts-expect-error a sort of failover that there is not
      kind: "test",
    },
  } satisfies ReplicationProtectedItemArgs,
  {
    ...scope,
    // @ts-expect-error the groups are missing
    properties: { primaryFabricId: "/subscriptions/0", recoveryFabricId: "Microsoft Azure" },
  } satisfies ReplicationRecoveryPlanArgs,
];

/** Outputs have the types of what the engine says. */
export function outputs(item: ReplicationProtectedItem): unknown[] {
  const location: pulumi.Output<"primary" | "recovery"> = item.activeLocation;
  const state: pulumi.Output<string> = item.properties.protectionState;
  // @ts-expect-error an output that there is not
  const wrong = item.properties.protectionStatus as unknown;
  return [location, state, wrong];
}
