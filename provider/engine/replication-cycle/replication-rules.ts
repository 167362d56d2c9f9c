/** What a policy means to the engine: one set of rules, whatever the names and units of its instance type. */
import type { PolicyInputs, PolicySettings } from "../../kinds/policy.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { InstanceType } from "../../model/flows.ts";
import type { RetentionRule } from "../recovery-point/choose-points-to-keep.ts";

export interface ReplicationRules {
  readonly instanceType: InstanceType;
  /** Seconds from one cycle to the next (HW-4a). */
  readonly intervalSeconds: number;
  readonly retention: RetentionRule;
  /** Minutes between app-consistent points; 0: never. */
  readonly appConsistentMinutes: number;
  /** ISO 8601 time of the initial replication (H2A-2); absent: at once. */
  readonly startsAt: string | undefined;
  /** An RPO of more minutes than this is an alarm; absent: of more than two intervals. */
  readonly rpoThresholdMinutes: number | undefined;
  /** Whether machines may share recovery points (V2A-5). */
  readonly multiVmSync: boolean;
  /** Whether data is compressed on its way and where it is kept. */
  readonly compresses: boolean;
  /** The port that the other side's host listens on; absent where no host does. */
  readonly listeningPort: number | undefined;
  /** Whether the replica goes when protection is disabled. */
  readonly removesReplica: boolean;
}

/** What only Hyper-V between two sites lets a policy choose. */
const fixed = { compresses: true, listeningPort: undefined, removesReplica: true } as const;

const minutesPerHour = 60;
const secondsPerMinute = 60;
const defaultIntervalSeconds = 300;
const defaultHistoryMinutes = 1440;
/** The port of Hyper-V Replica with Kerberos, as the policy's default. */
const defaultReplicationPort = 8083;

/** The settings of one instance type; those of an instance type of another name are `never`. */
type SettingsOf<Type extends InstanceType> = Extract<PolicySettings, { instanceType: Type }>;
type Readers = { [Type in InstanceType]: (settings: SettingsOf<Type>) => ReplicationRules };

/** VMware and physical machines, to Azure or to a second site. */
function inMageRules(
  settings: SettingsOf<"InMageAzureV2"> | SettingsOf<"InMage">,
  intervalSeconds: number,
): ReplicationRules {
  return {
    instanceType: settings.instanceType,
    intervalSeconds,
    retention: { retentionMinutes: settings.recoveryPointHistory ?? defaultHistoryMinutes },
    appConsistentMinutes: settings.appConsistentFrequencyInMinutes ?? 0,
    startsAt: undefined,
    rpoThresholdMinutes: settings.recoveryPointThresholdInMinutes,
    multiVmSync: settings.multiVmSyncStatus === "Enable",
    ...fixed,
  };
}

const readers: Readers = {
  HyperVReplicaAzure: (settings) => ({
    instanceType: settings.instanceType,
    intervalSeconds: settings.replicationInterval ?? defaultIntervalSeconds,
    retention: { retentionMinutes: (settings.recoveryPointHistoryDuration ?? 0) * minutesPerHour },
    appConsistentMinutes: (settings.applicationConsistentSnapshotFrequencyInHours ?? 0) * minutesPerHour,
    startsAt: settings.onlineReplicationStartTime,
    rpoThresholdMinutes: undefined,
    multiVmSync: false,
    ...fixed,
  }),
  InMageAzureV2: (settings) =>
    inMageRules(settings, (settings.crashConsistentFrequencyInMinutes ?? 5) * secondsPerMinute),
  InMage: (settings) => inMageRules(settings, defaultIntervalSeconds),
  HyperVReplica2012R2: (settings) => ({
    instanceType: settings.instanceType,
    intervalSeconds: settings.replicationFrequencyInSeconds ?? defaultIntervalSeconds,
    // Hyper-V Replica takes one additional recovery point an hour, and keeps a count of them.
    retention: { retentionMinutes: (settings.recoveryPoints ?? 0) * minutesPerHour },
    appConsistentMinutes: (settings.applicationConsistentSnapshotFrequencyInHours ?? 0) * minutesPerHour,
    startsAt: settings.onlineReplicationStartTime,
    rpoThresholdMinutes: undefined,
    multiVmSync: false,
    compresses: settings.compression !== "Disable",
    listeningPort: settings.replicationPort ?? defaultReplicationPort,
    removesReplica: settings.replicaDeletion !== "NotRequired",
  }),
  VMwareCbt: (settings) => ({
    instanceType: settings.instanceType,
    intervalSeconds: (settings.crashConsistentFrequencyInMinutes ?? 60) * secondsPerMinute,
    retention: { retentionMinutes: settings.recoveryPointHistoryInMinutes ?? 3 * defaultHistoryMinutes },
    appConsistentMinutes: settings.appConsistentFrequencyInMinutes ?? 0,
    startsAt: undefined,
    rpoThresholdMinutes: undefined,
    multiVmSync: false,
    ...fixed,
  }),
};

/** The rules of a policy, whose handler has filled in the defaults. */
export function rulesOfPolicy(settings: PolicySettings): ReplicationRules {
  const read = readers[settings.instanceType] as (settings: PolicySettings) => ReplicationRules;
  return read(settings);
}

/** The rules that an item replicates by, or `undefined` if its policy is gone. */
export function replicationRulesOf(parts: EngineParts, itemId: string): ReplicationRules | undefined {
  const item = findThing<ItemInputs>(parts.store, itemId);
  const policy = findThing<PolicyInputs>(parts.store, item?.inputs.properties?.policyId ?? "");
  const settings = policy?.inputs.properties?.providerSpecificInput;
  return settings && rulesOfPolicy(settings);
}

/** When the initial replication is to begin by the policy (H2A-2), if that time has not come. */
export function initialReplicationWaitsUntil(parts: EngineParts, id: string): number | undefined {
  const start = replicationRulesOf(parts, id)?.startsAt;
  const at = start === undefined ? Number.NaN : Date.parse(start);
  return at > parts.clock.now() ? at : undefined;
}
