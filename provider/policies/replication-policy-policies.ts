/** Policies for replication policies: how often, how long, and how consistent recovery points are. */
import { numberOf, type ResourcePolicy } from "./policy.ts";
import { numberAt, type Plain, type SeenResource, textAt, valueAt } from "./seen-resource.ts";

const minutesPerHour = 60;
const secondsPerMinute = 60;

/** What the settings of each instance type mean, in minutes. Absent: Azure's default, which a program sees only later. */
const meanings: Record<
  string,
  {
    readonly rpo: (settings: Plain) => number | undefined;
    readonly retention: (settings: Plain) => number | undefined;
    readonly appConsistent: (settings: Plain) => number | undefined;
    readonly names: { readonly rpo: string; readonly retention: string; readonly appConsistent: string };
  }
> = {
  HyperVReplicaAzure: {
    rpo: (settings) => scaled(numberAt(settings, "replicationInterval") ?? 300, 1 / secondsPerMinute),
    retention: (settings) => scaled(numberAt(settings, "recoveryPointHistoryDuration") ?? 2, minutesPerHour),
    appConsistent: (settings) =>
      scaled(numberAt(settings, "applicationConsistentSnapshotFrequencyInHours") ?? 0, minutesPerHour),
    names: {
      rpo: "replicationInterval",
      retention: "recoveryPointHistoryDuration",
      appConsistent: "applicationConsistentSnapshotFrequencyInHours",
    },
  },
  HyperVReplica2012R2: {
    rpo: (settings) =>
      scaled(numberAt(settings, "replicationFrequencyInSeconds") ?? 300, 1 / secondsPerMinute),
    // One additional recovery point an hour.
    retention: (settings) => scaled(numberAt(settings, "recoveryPoints") ?? 0, minutesPerHour),
    appConsistent: (settings) =>
      scaled(numberAt(settings, "applicationConsistentSnapshotFrequencyInHours") ?? 0, minutesPerHour),
    names: {
      rpo: "replicationFrequencyInSeconds",
      retention: "recoveryPoints",
      appConsistent: "applicationConsistentSnapshotFrequencyInHours",
    },
  },
  InMageAzureV2: inMage(),
  InMage: inMage(),
};

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function inMage(): (typeof meanings)[string] {
  return {
    rpo: (settings) => numberAt(settings, "recoveryPointThresholdInMinutes") ?? 15,
    retention: (settings) => numberAt(settings, "recoveryPointHistory") ?? 1440,
    appConsistent: (settings) => numberAt(settings, "appConsistentFrequencyInMinutes") ?? 0,
    names: {
      rpo: "recoveryPointThresholdInMinutes",
      retention: "recoveryPointHistory",
      appConsistent: "appConsistentFrequencyInMinutes",
    },
  };
}

type Question = "rpo" | "retention" | "appConsistent";

/** Asks a policy's settings, or `undefined` for instance types that are none of the six flows'. */
function ask(resource: SeenResource, question: Question): { minutes: number; name: string } | undefined {
  const settings = valueAt(resource.inputs, "properties.providerSpecificInput") as Plain | undefined;
  // Azure's default is a Hyper-V policy; of settings that are not known yet nothing is said.
  if (settings === undefined || textAt(settings, "instanceType") === undefined) return undefined;
  const meaning = meanings[textAt(settings, "instanceType")!];
  const minutes = meaning?.[question](settings);
  return meaning && minutes !== undefined ? { minutes, name: meaning.names[question] } : undefined;
}

export const rpoWithinLimit: ResourcePolicy = {
  id: "policy-rpo-limit",
  description: "Replication policies aim at an RPO of at most `maxMinutes` minutes.",
  remedy: "Lower the replication interval, or the threshold of the RPO alarm.",
  control: "CP-9",
  severity: "high",
  level: "mandatory",
  kinds: ["policy"],
  options: {
    maxMinutes: {
      type: "number",
      minimum: 0.5,
      default: 15,
      description: "The longest RPO allowed, in minutes.",
    },
  },
  check: (resource, options) => {
    const found = ask(resource, "rpo");
    const most = numberOf(options, "maxMinutes");
    if (!found || found.minutes <= most) return [];
    return [
      `${resource.name}: ${found.name} means an RPO of ${found.minutes} min, and at most ${most} are allowed`,
    ];
  },
};

export const retentionLongEnough: ResourcePolicy = {
  id: "policy-retention-minimum",
  description: "Replication policies keep recovery points for at least `minHours` hours.",
  remedy: "Raise the history of recovery points: malware and mistakes are often found late.",
  control: "CP-9",
  severity: "high",
  level: "mandatory",
  kinds: ["policy"],
  options: {
    minHours: {
      type: "number",
      minimum: 0,
      default: 2,
      description: "The shortest retention allowed, in hours.",
    },
  },
  check: (resource, options) => {
    const found = ask(resource, "retention");
    const least = numberOf(options, "minHours");
    if (!found || found.minutes >= least * minutesPerHour) return [];
    const hours = Math.round((found.minutes / minutesPerHour) * 10) / 10;
    return [
      `${resource.name}: ${found.name} keeps recovery points for ${hours} h, and ${least} h are wanted`,
    ];
  },
};

export const appConsistentPoints: ResourcePolicy = {
  id: "policy-app-consistent-points",
  description: "Replication policies take app-consistent recovery points.",
  remedy: "Set the frequency of app-consistent snapshots, at most the time that points are kept for.",
  control: "CP-10(2)",
  severity: "medium",
  level: "advisory",
  kinds: ["policy"],
  options: {
    maxHours: {
      type: "number",
      minimum: 1,
      default: 12,
      description: "The longest time between two, in hours.",
    },
  },
  check: (resource, options) => {
    const found = ask(resource, "appConsistent");
    const most = numberOf(options, "maxHours");
    if (!found || (found.minutes > 0 && found.minutes <= most * minutesPerHour)) return [];
    const what =
      found.minutes === 0
        ? "no app-consistent points are taken"
        : `they are ${found.minutes / minutesPerHour} h apart`;
    return [`${resource.name}: ${what} (${found.name}); at most ${most} h between two are wanted`];
  },
};
