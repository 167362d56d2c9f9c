/**
 * What differs from flow to flow, one row a flow (S1-S6 of docs/site-recovery.md, and M1, the migration). Code reads
 * the row; it never asks "is this Hyper-V?".
 */

export type FlowId = "S1" | "S2" | "S3" | "S4" | "S5" | "S6" | "M1";

/** Azure's discriminators of policies and of protected items. */
export type InstanceType =
  "InMageAzureV2" | "HyperVReplicaAzure" | "InMage" | "HyperVReplica2012R2" | "VMwareCbt";

/** Those of protected items. */
export type ProtectionType = Exclude<InstanceType, "VMwareCbt">;

/** What Azure calls a fabric: a configuration server, a Hyper-V site, a VMM server. */
export type FabricType = "VMware" | "HyperVSite" | "VMM";

/** What a machine runs on at the primary side. */
export type Platform = "vmware" | "physical" | "hyper-v";

export type FailoverKind = "planned" | "unplanned";

export interface Flow {
  readonly id: FlowId;
  readonly title: string;
  /** What the replicas are for: to stand by, or to move once and for all. */
  readonly purpose: "protection" | "migration";
  readonly instanceType: InstanceType;
  readonly protectedItemType: string;
  readonly fabricType: FabricType;
  readonly platform: Platform;
  /** Where replicas go: a storage account in Azure, or a second fabric. */
  readonly recoverySide: "azure" | "fabric";
  /** What keeps the replica at the recovery side. */
  readonly replicaHolder: "storage-account" | "master-target" | "host";
  /** The failovers that may be run, from whichever side the machine runs at (V2F-1, V2F-4, H2F-1, SEC-4). */
  readonly failoverKinds: readonly FailoverKind[];
  /**
   * How a machine that has failed over gets back: by one planned failover from Azure (H2F-4), or by replicating
   * back first and failing over in the other direction (V2F-4, SEC-8). A migration has none.
   */
  readonly wayBack: "failback" | "reverseReplication" | "none";
  /** Whether a committed planned failover leaves the machine protected at the recovery side (SEC-5). */
  readonly isProtectedAfterPlannedFailover: boolean;
  /** Whether machines may form replication groups with shared recovery points (V2A-5). */
  readonly hasReplicationGroups: boolean;
  /** Whether the Mobility service has to run on each machine (C-5). */
  readonly needsMobilityService: boolean;
  /**
   * Where the network of a replica machine comes from: the fabric's network mappings, the item's own settings,
   * or the network of the same name at the second site.
   */
  readonly networksFrom: "mapping" | "item" | "sameName";
}

const vmwareToAzure = {
  purpose: "protection",
  instanceType: "InMageAzureV2",
  fabricType: "VMware",
  recoverySide: "azure",
  replicaHolder: "storage-account",
  failoverKinds: ["unplanned"],
  wayBack: "reverseReplication",
  isProtectedAfterPlannedFailover: false,
  hasReplicationGroups: true,
  needsMobilityService: true,
  networksFrom: "item",
} as const;

const hyperVToAzure = {
  purpose: "protection",
  instanceType: "HyperVReplicaAzure",
  protectedItemType: "HyperVVirtualMachine",
  platform: "hyper-v",
  recoverySide: "azure",
  replicaHolder: "storage-account",
  failoverKinds: ["planned", "unplanned"],
  wayBack: "failback",
  isProtectedAfterPlannedFailover: false,
  hasReplicationGroups: false,
  needsMobilityService: false,
  networksFrom: "mapping",
} as const;

export const flows: Record<FlowId, Flow> = {
  S1: {
    ...vmwareToAzure,
    id: "S1",
    title: "VMware to Azure",
    protectedItemType: "VMwareVirtualMachine",
    platform: "vmware",
  },
  S2: {
    ...vmwareToAzure,
    id: "S2",
    title: "physical servers to Azure",
    protectedItemType: "PhysicalServer",
    platform: "physical",
  },
  S3: { ...hyperVToAzure, id: "S3", title: "Hyper-V site to Azure", fabricType: "HyperVSite" },
  S4: { ...hyperVToAzure, id: "S4", title: "Hyper-V in VMM clouds to Azure", fabricType: "VMM" },
  S5: {
    ...vmwareToAzure,
    id: "S5",
    title: "VMware or physical servers to a second site",
    instanceType: "InMage",
    protectedItemType: "VMwareVirtualMachine",
    platform: "vmware",
    recoverySide: "fabric",
    replicaHolder: "master-target",
    networksFrom: "sameName",
  },
  S6: {
    ...hyperVToAzure,
    id: "S6",
    title: "Hyper-V in VMM clouds to a second VMM site",
    instanceType: "HyperVReplica2012R2",
    fabricType: "VMM",
    recoverySide: "fabric",
    replicaHolder: "host",
    wayBack: "reverseReplication",
    isProtectedAfterPlannedFailover: true,
  },
  M1: {
    ...vmwareToAzure,
    id: "M1",
    title: "migration of VMware machines to Azure",
    purpose: "migration",
    instanceType: "VMwareCbt",
    protectedItemType: "VMwareVirtualMachine",
    platform: "vmware",
    failoverKinds: [],
    wayBack: "none",
    hasReplicationGroups: false,
    // Snapshots and the hypervisor's change tracking take the place of an agent.
    needsMobilityService: false,
  },
};

/** The rows of a policy's instance type. */
export function flowsOf(instanceType: string): Flow[] {
  return Object.values(flows).filter((flow) => flow.instanceType === instanceType);
}

/**
 * The flow of a machine: by its policy's instance type, its fabric, and what it runs on. Physical servers and
 * VMware machines share the row of a second site (S5).
 */
export function flowFor(facts: {
  instanceType: string;
  fabricType: string;
  platform: Platform;
}): Flow | undefined {
  const rows = flowsOf(facts.instanceType).filter((flow) => flow.fabricType === facts.fabricType);
  return rows.find((flow) => flow.platform === facts.platform) ?? (rows.length === 1 ? rows[0] : undefined);
}
