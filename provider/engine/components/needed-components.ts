/**
 * The parts that a flow is made of besides machines (C-1 to C-6), and which steps need them: one table. A part that
 * is missing or not well refuses the step, and the refusal names both.
 */
import type { FlowId } from "../../model/flows.ts";

export type Component =
  | "configurationServer"
  | "vmmServer"
  | "cloudProfile"
  | "hostInCloud"
  | "hostAgent"
  | "secondHostAgent"
  | "mobilityService"
  | "mobilityServiceRuns"
  | "secondSite"
  | "secondSiteServer"
  | "secondMasterTarget"
  | "masterTarget"
  | "azureProcessServer"
  | "hypervisorForMachine"
  | "migrationAccounts";

/** Steps that components are checked before. */
export type ComponentStep = "protect" | "replicate" | "replicateBack";

/** What a refused step is called in messages. */
export const stepNames: Record<ComponentStep, string> = {
  protect: "cannot be protected",
  replicate: "cannot replicate",
  replicateBack: "cannot be replicated back to the primary side",
};

const vmwareBack = ["configurationServer", "masterTarget", "hypervisorForMachine"] as const;

const vmmOut = ["vmmServer", "cloudProfile", "hostInCloud", "hostAgent", "secondSite"] as const;

/** In the order in which people set them up (V2A-1). */
export const componentsOf: Record<FlowId, Record<ComponentStep, readonly Component[]>> = {
  S1: {
    protect: ["configurationServer", "mobilityService"],
    replicate: ["configurationServer", "mobilityServiceRuns"],
    replicateBack: [...vmwareBack, "azureProcessServer"],
  },
  S2: {
    protect: ["configurationServer", "mobilityService"],
    replicate: ["configurationServer", "mobilityServiceRuns"],
    replicateBack: [...vmwareBack, "azureProcessServer"],
  },
  S3: { protect: [], replicate: [], replicateBack: [] },
  S4: {
    protect: ["vmmServer", "hostInCloud", "hostAgent"],
    replicate: ["vmmServer", "hostInCloud", "hostAgent"],
    replicateBack: ["vmmServer", "hostAgent"],
  },
  S5: {
    protect: [
      "configurationServer",
      "mobilityService",
      "secondSite",
      "secondSiteServer",
      "secondMasterTarget",
    ],
    replicate: ["configurationServer", "mobilityServiceRuns", "secondSite", "secondMasterTarget"],
    replicateBack: vmwareBack,
  },
  M1: {
    protect: ["configurationServer", "migrationAccounts"],
    replicate: ["configurationServer", "migrationAccounts"],
    replicateBack: [],
  },
  S6: {
    protect: [...vmmOut, "secondSiteServer", "secondHostAgent"],
    replicate: [...vmmOut, "secondHostAgent"],
    replicateBack: ["vmmServer", "hostAgent", "secondHostAgent", "hypervisorForMachine"],
  },
};
