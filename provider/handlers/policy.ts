import { nameOf } from "../arm-id.ts";
import { flows } from "../engine/flows.ts";
import type { CheckFailure } from "./handler.ts";
import {
  type HyperVReplicaAzurePolicy,
  type PolicyInputs,
  policyKind,
  type PolicyOutputs,
} from "../kinds/policy.ts";
import { storageAccountKind } from "../kinds/storage-account.ts";
import { vaultReference } from "./fabric.ts";
import { known, type SettingsKind } from "./settings-handler.ts";

/** Azure's defaults for a Hyper-V policy: two hours of points, no app-consistent ones, a delta every five minutes. */
export function policyWithDefaults(
  policy: HyperVReplicaAzurePolicy | undefined,
): Required<Omit<HyperVReplicaAzurePolicy, "onlineReplicationStartTime" | "storageAccounts">> &
  HyperVReplicaAzurePolicy {
  return {
    ...policy,
    instanceType: flows.S3.instanceType as "HyperVReplicaAzure",
    recoveryPointHistoryDuration: policy?.recoveryPointHistoryDuration ?? 2,
    applicationConsistentSnapshotFrequencyInHours: policy?.applicationConsistentSnapshotFrequencyInHours ?? 0,
    replicationInterval: policy?.replicationInterval ?? 300,
  };
}

function rules(inputs: PolicyInputs): CheckFailure[] {
  const policy = policyWithDefaults(inputs.properties?.providerSpecificInput);
  const history = known(policy.recoveryPointHistoryDuration);
  const application = known(policy.applicationConsistentSnapshotFrequencyInHours);
  if (typeof history !== "number" || typeof application !== "number" || application <= history) return [];
  const property = "properties.providerSpecificInput.applicationConsistentSnapshotFrequencyInHours";
  const reason =
    `is ${application} h, longer than the ${history} h that recovery points are kept ` +
    `(recoveryPointHistoryDuration): no app-consistent point would be left; use at most ${history}`;
  return [{ property, reason }];
}

export const policySettings: SettingsKind<PolicyInputs, PolicyOutputs> = {
  kind: policyKind,
  withDefaults: (inputs) => ({
    ...inputs,
    properties: { providerSpecificInput: policyWithDefaults(inputs.properties?.providerSpecificInput) },
  }),
  references: (inputs) => [
    vaultReference(inputs),
    ...(inputs.properties?.providerSpecificInput?.storageAccounts ?? []).map((id, index) => ({
      property: `properties.providerSpecificInput.storageAccounts[${index}]`,
      kind: storageAccountKind,
      id,
    })),
  ],
  rules,
  outputs: (_engine, id, inputs) => {
    const policy = policyWithDefaults(inputs.properties?.providerSpecificInput);
    return {
      name: nameOf(id),
      type: policyKind.armType,
      properties: {
        friendlyName: nameOf(id),
        providerSpecificDetails: {
          instanceType: policy.instanceType,
          recoveryPointHistoryDurationInHours: policy.recoveryPointHistoryDuration,
          applicationConsistentSnapshotFrequencyInHours: policy.applicationConsistentSnapshotFrequencyInHours,
          replicationInterval: policy.replicationInterval,
          ...(policy.onlineReplicationStartTime === undefined
            ? {}
            : { onlineReplicationStartTime: policy.onlineReplicationStartTime }),
        },
      },
    };
  },
};
