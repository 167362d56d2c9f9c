/** Good and bad resources for the policies that look at one; a good one is told nothing. */
import { type Case, hyperV, policy, vmware } from "./declared.ts";

export const resourceCases: readonly Case[] = [
  { policy: "policy-rpo-limit", title: "five minutes by default", declared: [policy(hyperV)] },
  {
    policy: "policy-rpo-limit",
    title: "an interval above what is allowed",
    declared: [policy({ ...hyperV, replicationInterval: 900 })],
    options: { maxMinutes: 10 },
    told: /five: replicationInterval means an RPO of 15 min, and at most 10 are allowed\. Lower/,
  },
  {
    policy: "policy-rpo-limit",
    title: "a threshold above what is allowed",
    declared: [policy({ ...vmware, recoveryPointThresholdInMinutes: 60 })],
    told: /recoveryPointThresholdInMinutes means an RPO of 60 min/,
  },
  {
    policy: "policy-rpo-limit",
    title: "a frequency of VMM sites",
    declared: [policy({ instanceType: "HyperVReplica2012R2", replicationFrequencyInSeconds: 30 })],
    options: { maxMinutes: 0.5 },
  },
  { policy: "policy-retention-minimum", title: "Azure's two hours", declared: [policy(hyperV)] },
  {
    policy: "policy-retention-minimum",
    title: "none",
    declared: [policy({ ...hyperV, recoveryPointHistoryDuration: 0 })],
    told: /keeps recovery points for 0 h, and 2 h are wanted/,
  },
  {
    policy: "policy-retention-minimum",
    title: "minutes of VMware policies",
    declared: [policy({ ...vmware, recoveryPointHistory: 90 })],
    told: /recoveryPointHistory keeps recovery points for 1\.5 h/,
  },
  {
    policy: "policy-retention-minimum",
    title: "a count of points between VMM sites",
    declared: [policy({ instanceType: "HyperVReplica2012R2", recoveryPoints: 24 })],
    options: { minHours: 24 },
  },
  {
    policy: "policy-app-consistent-points",
    title: "every hour",
    declared: [policy({ ...hyperV, applicationConsistentSnapshotFrequencyInHours: 1 })],
  },
  {
    policy: "policy-app-consistent-points",
    title: "none",
    declared: [policy(vmware)],
    told: /no app-consistent points are taken \(appConsistentFrequencyInMinutes\)/,
  },
  {
    policy: "policy-app-consistent-points",
    title: "too rarely",
    declared: [policy({ ...vmware, appConsistentFrequencyInMinutes: 720 })],
    options: { maxHours: 4 },
    told: /they are 12 h apart/,
  },
  {
    policy: "encryption-key-set",
    title: "the engine's own key",
    declared: [
      {
        className: "StorageAccount",
        name: "replicas",
        inputs: { resourceGroupName: "dr", kind: "StorageV2" },
      },
    ],
    only: "resources",
  },
  {
    policy: "encryption-key-set",
    title: "no key in Azure",
    declared: [
      {
        className: "StorageAccount",
        name: "replicas",
        inputs: { resourceGroupName: "dr", kind: "StorageV2" },
      },
    ],
    only: "azure-native",
    told: /replicas has no key of its own: encryption\.keyVaultProperties\.keyName is not set/,
  },
  {
    policy: "encryption-key-set",
    title: "a key in Azure",
    declared: [
      {
        className: "Vault",
        name: "vault",
        inputs: { properties: { encryption: { keyVaultProperties: { keyUri: "https://keys/k" } } } },
      },
    ],
    only: "azure-native",
  },
];
