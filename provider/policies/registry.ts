/** All policies of the pack. */
import type { ResourcePolicy, StackPolicy } from "./policy.ts";
import { processServerWithinLimit, replicationGroupWithinLimit, sidesApart } from "./placement-policies.ts";
import { machinesDrilled } from "./drill-policies.ts";
import { machinesInPlan, plansDrilled, plansOfOneFlow } from "./plan-policies.ts";
import { appConsistentPoints, retentionLongEnough, rpoWithinLimit } from "./replication-policy-policies.ts";
import { encryptionKeySet } from "./vault-policies.ts";

export const resourcePolicies: readonly ResourcePolicy[] = [
  rpoWithinLimit,
  retentionLongEnough,
  appConsistentPoints,
  encryptionKeySet,
];

export const stackPolicies: readonly StackPolicy[] = [
  machinesInPlan,
  plansOfOneFlow,
  plansDrilled,
  machinesDrilled,
  processServerWithinLimit,
  replicationGroupWithinLimit,
  sidesApart,
];
