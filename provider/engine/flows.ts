/**
 * What differs from flow to flow, one row a flow (S1-S6 of docs/site-recovery.md). Code reads the row; it never
 * asks "is this Hyper-V?". This version carries the flow S3; a definition of another flow is refused by name.
 */
export type FlowId = "S3";

export interface Flow {
  readonly id: FlowId;
  readonly title: string;
  /** Azure's discriminator of policies and protected items of the flow. */
  readonly instanceType: string;
  readonly protectedItemType: string;
  /** What Azure calls a fabric of the flow. */
  readonly fabricType: string;
  /** The failovers that may be run from the primary side. */
  readonly failoverKinds: readonly ("planned" | "unplanned")[];
  /** How the machine gets back: H2F-4 is a planned failover from Azure. */
  readonly failback: "plannedFailover";
}

export const flows: Record<FlowId, Flow> = {
  S3: {
    id: "S3",
    title: "Hyper-V site to Azure",
    instanceType: "HyperVReplicaAzure",
    protectedItemType: "HyperVVirtualMachine",
    fabricType: "HyperVSite",
    failoverKinds: ["planned", "unplanned"],
    failback: "plannedFailover",
  },
};

/** The flow that an instance type belongs to, if this version carries it. */
export function flowOf(instanceType: string): Flow | undefined {
  return Object.values(flows).find((flow) => flow.instanceType === instanceType);
}
