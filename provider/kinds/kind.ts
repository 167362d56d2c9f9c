/**
 * A kind is a sort of thing that a stack declares: a vault, a policy, a protected item. This folder holds,
 * one file a kind, its arguments and outputs as plain values and its place in the tree of ARM ids.
 *
 * Names, enums and nesting of the arguments are those of `@pulumi/azure-native` `recoveryservices`
 * (`storage` and `network` for the two Azure-side kinds), so that a program moves between targets; the test in
 * test/typings proves it with the compiler. What the embedded engine adds is last in each
 * interface, under "Beyond Azure". No logic lives here.
 */

/** Every kind, under the name it has in file names, schemas, handlers and the store. */
export const kindNames = [
  "vault",
  "storage-account",
  "virtual-network",
  "fabric",
  "services-provider",
  "network-path",
  "protection-container",
  "host",
  "vcenter",
  "master-target",
  "process-server",
  "container-mapping",
  "policy",
  "vm-network",
  "network-mapping",
  "storage-classification",
  "storage-classification-mapping",
  "protected-item",
  "protection-cluster",
  "migration-item",
  "recovery-plan",
  "drill",
] as const;

export type KindName = (typeof kindNames)[number];

/** Arguments that every kind inside a vault shares. */
export interface VaultScope {
  /** The resource group that the vault lives in. */
  resourceGroupName: string;
  /** The name of the vault (Azure's own name for this argument). */
  resourceName: string;
}

/** What every kind puts out beside its own outputs. */
export interface CommonOutputs {
  /** The resource's name, the last part of its ARM id. */
  name: string;
  /** The ARM type, such as `Microsoft.RecoveryServices/vaults/replicationPolicies`. */
  type: string;
}

/** Everything the doors and handlers need to know of a kind besides its types. */
export interface Kind {
  readonly kind: KindName;
  /** Class name and last part of the Pulumi type token: `ReplicationPolicy`. */
  readonly className: string;
  /** What people call it in messages: `replication policy`. */
  readonly title: string;
  readonly armType: string;
  /** The ARM path below the resource group; `{argument}` is replaced by an argument's value. */
  readonly path: string;
  /** The argument that names the thing; it defaults to the logical name in the program. */
  readonly nameArgument: string;
  /** ARM paths of things that the arguments name by name alone, so that they are not deleted while it exists. */
  readonly names?: readonly string[];
  /** Property paths that cannot change in place; a change of them replaces the resource. */
  readonly immutable: readonly string[];
}

/** The subscription that the embedded target plays. */
export const embeddedSubscriptionId = "00000000-0000-0000-0000-000000000000";
/** What Azure calls the recovery side when the target is Azure itself. */
export const microsoftAzure = "Microsoft Azure";
