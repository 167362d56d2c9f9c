/** Defaults and outputs of policies, by instance type: one row each, in Azure's names and units. */
import type { PolicyDetails, PolicySettings } from "../kinds/policy.ts";

type SettingsOf<Type extends PolicySettings["instanceType"]> = Extract<
  PolicySettings,
  { instanceType: Type }
>;

interface PolicyType<Settings> {
  /** What a policy has that leaves the argument out. */
  readonly defaults: Partial<Settings>;
  /** The names that Azure gives arguments back under, where they are others. */
  readonly outputNames: Partial<Record<keyof Settings, string>>;
  /** How long points are kept and how far app-consistent ones are apart, in one unit; 0 of the latter: never. */
  readonly history?: keyof Settings & string;
  readonly appConsistent: keyof Settings & string;
  readonly unit: string;
}

type PolicyTypes = {
  [Type in PolicySettings["instanceType"]]: PolicyType<SettingsOf<Type>>;
};

const day = 1440;
const rpoThresholdMinutes = 15;

/** Azure's defaults where it publishes them (Hyper-V: two hours of points, no app-consistent ones, five minutes). */
const policyTypes: PolicyTypes = {
  HyperVReplicaAzure: {
    defaults: {
      recoveryPointHistoryDuration: 2,
      applicationConsistentSnapshotFrequencyInHours: 0,
      replicationInterval: 300,
    },
    outputNames: { recoveryPointHistoryDuration: "recoveryPointHistoryDurationInHours" },
    history: "recoveryPointHistoryDuration",
    appConsistent: "applicationConsistentSnapshotFrequencyInHours",
    unit: "h",
  },
  InMageAzureV2: {
    defaults: {
      recoveryPointHistory: day,
      crashConsistentFrequencyInMinutes: 5,
      appConsistentFrequencyInMinutes: 0,
      recoveryPointThresholdInMinutes: rpoThresholdMinutes,
    },
    outputNames: {},
    history: "recoveryPointHistory",
    appConsistent: "appConsistentFrequencyInMinutes",
    unit: "min",
  },
  InMage: {
    defaults: {
      recoveryPointHistory: day,
      appConsistentFrequencyInMinutes: 0,
      recoveryPointThresholdInMinutes: rpoThresholdMinutes,
    },
    outputNames: {},
    history: "recoveryPointHistory",
    appConsistent: "appConsistentFrequencyInMinutes",
    unit: "min",
  },
  HyperVReplica2012R2: {
    defaults: {
      recoveryPoints: 0,
      applicationConsistentSnapshotFrequencyInHours: 0,
      replicationFrequencyInSeconds: 300,
      compression: "Enable",
      initialReplicationMethod: "Online",
      replicationPort: 8083,
      allowedAuthenticationType: 1,
      replicaDeletion: "Required",
    },
    outputNames: { replicaDeletion: "replicaDeletionOption" },
    // One point is kept an hour: the count of them is the history in hours.
    history: "recoveryPoints",
    appConsistent: "applicationConsistentSnapshotFrequencyInHours",
    unit: "h",
  },
  VMwareCbt: {
    defaults: {
      recoveryPointHistoryInMinutes: 3 * day,
      crashConsistentFrequencyInMinutes: 60,
      appConsistentFrequencyInMinutes: 0,
    },
    outputNames: {},
    history: "recoveryPointHistoryInMinutes",
    appConsistent: "appConsistentFrequencyInMinutes",
    unit: "min",
  },
};

const typeOf = (settings: PolicySettings): PolicyType<Record<string, unknown>> =>
  policyTypes[settings.instanceType] as PolicyType<Record<string, unknown>>;

/** The settings with defaults filled in. A policy that says nothing is one for Hyper-V to Azure. */
export function policyWithDefaults(settings: PolicySettings | undefined): PolicySettings {
  const given = settings ?? { instanceType: "HyperVReplicaAzure" };
  // What is unknown in a preview has no defaults yet.
  const type = policyTypes[given.instanceType] as PolicyType<PolicySettings> | undefined;
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...type?.defaults, ...defined } as PolicySettings;
}

/** The settings under the names that Azure gives them back with; lists are left to the arguments. */
export function policyOutputs(settings: PolicySettings): PolicyDetails {
  const { outputNames } = typeOf(settings);
  const entries = Object.entries(settings).flatMap(([name, value]): [string, string | number][] =>
    typeof value === "string" || typeof value === "number" ? [[outputNames[name] ?? name, value]] : [],
  );
  return { instanceType: settings.instanceType, ...Object.fromEntries(entries) };
}

/** Settings that were given back by Azure under the names that a program gives them. */
export function inputNamesOf(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const type = policyTypes[details["instanceType"] as PolicySettings["instanceType"]] as
    PolicyType<Record<string, unknown>> | undefined;
  const names = new Map(Object.entries(type?.outputNames ?? {}).map(([input, output]) => [output, input]));
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [names.get(name) ?? name, value]));
}

/** Where app-consistent points are asked for that would be gone before the next comes; else nothing. */
export function appConsistencyClash(
  settings: PolicySettings,
): { property: string; historyName: string; history: unknown; frequency: unknown; unit: string } | undefined {
  const type = typeOf(settings) as ReturnType<typeof typeOf> | undefined;
  if (type === undefined) return undefined;
  const { history: historyName, appConsistent, unit } = type;
  const values = settings as unknown as Record<string, unknown>;
  const [history, frequency] = [values[historyName!], values[appConsistent]];
  if (typeof history !== "number" || typeof frequency !== "number" || frequency <= history) return undefined;
  return { property: appConsistent, historyName: historyName!, history, frequency, unit };
}
