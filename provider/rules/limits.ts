/**
 * The published limits that definitions are checked against, each with what it holds for, when it was said, where, and
 * when that was last looked up. Where pages differ, the figure of the embedded engine's own scenario is taken: replicas
 * in storage accounts. Retention is the exception: 15 days is the limit of managed disks; storage accounts have 3.
 */

export interface Limit {
  readonly value: number | readonly number[];
  readonly unit: string;
  readonly scenario: string;
  /** Year, month and day as far as they are known. */
  readonly date: string;
  readonly source: string;
  /** The day on which the value was last compared with its source. */
  readonly checked: string;
}

const plans = "learn.microsoft.com, About recovery plans in Azure Site Recovery";
const azureQuestions = "learn.microsoft.com, Common questions about Azure-to-Azure disaster recovery";
const vmwareQuestions = "learn.microsoft.com, Common questions for VMware to Azure replication";
const hyperVMatrix = "learn.microsoft.com, Support matrix for Hyper-V replication to Azure";
const vmwareMatrix = "learn.microsoft.com, Support matrix for VMware and physical servers to Azure";
const newHyperVMatrix =
  "learn.microsoft.com, Support matrix for disaster recovery of on-premises Hyper-V VMs to Azure";
const hyperVPolicy = "registry.terraform.io, azurerm_site_recovery_hyperv_replication_policy";
const vmwarePolicy = "registry.terraform.io, azurerm_site_recovery_vmware_replication_policy";
const policyCommand = "learn.microsoft.com, New-AzRecoveryServicesAsrPolicy";
const hyperVTutorial = "learn.microsoft.com, Set up disaster recovery of Hyper-V VMs to Azure";
const capacity = "learn.microsoft.com, Plan capacity and scaling for VMware replication to Azure";

const limit = (
  value: Limit["value"],
  unit: string,
  scenario: string,
  date: string,
  source: string,
): Limit => ({ value, unit, scenario, date, source, checked: "2026-11-23" });

export const limits: Readonly<Record<string, Limit>> = {
  planGroups: limit(7, "groups", "a recovery plan of any flow", "2025-07-25", azureQuestions),
  planMachines: limit(100, "machines", "a recovery plan of any flow", "2020-01-23", plans),
  replicationGroupMachines: limit(16, "machines", "multi-VM consistency", "2025-07-25", azureQuestions),
  retentionHyperVHours: limit(24, "hours", "Hyper-V to Azure", "2022-12", hyperVTutorial),
  retentionVmwareMinutes: limit(21_600, "minutes", "VMware to Azure, managed disks", "2025", vmwareQuestions),
  snapshotFrequencyHyperVHours: limit(12, "hours at most", "Hyper-V to Azure", "2026", hyperVPolicy),
  appConsistentMinutes: limit(720, "minutes at most", "VMware to Azure", "2026", vmwarePolicy),
  replicationIntervalSeconds: limit([30, 300, 900], "seconds", "Hyper-V", "2026", policyCommand),
  osDisks: limit(1, "disks", "Hyper-V to Azure", "2026-05-05", newHyperVMatrix),
  dataDisks: limit(16, "disks", "Hyper-V to Azure", "2026-05-05", newHyperVMatrix),
  osDiskBiosGibibytes: limit(2048, "GiB", "Hyper-V to Azure, generation 1", "2018-08-01", hyperVMatrix),
  osDiskUefiGibibytes: limit(300, "GiB", "Hyper-V to Azure, generation 2", "2018-08-01", hyperVMatrix),
  dataDiskGibibytes: limit(4095, "GiB", "Hyper-V to Azure", "2018-08-01", hyperVMatrix),
  machineChurnMebibytesPerSecond: limit(54, "MiB/s", "all disks of a machine, peak", "2019-10", vmwareMatrix),
  processServerChurnGibibytesPerDay: limit(2048, "GiB/day", "one process server", "2017-02-05", capacity),
  processServerMachines: limit(200, "machines", "one process server", "2017-02-05", capacity),
  processServerCacheGibibytes: limit([300, 600, 1024], "GiB", "one process server", "2017-02-05", capacity),
  processServerCacheChurnGibibytesPerDay: limit(
    [500, 1024, 2048],
    "GiB/day",
    "what a cache of 300, 600 and 1,024 GiB is advised for",
    "2017-02-05",
    capacity,
  ),
  standardDiskChurnGibibytesPerDay: limit(
    168,
    "GiB/day",
    "a disk on standard storage, writes of 8 KiB (2 MiB/s)",
    "2019-10",
    vmwareMatrix,
  ),
  drillIntervalDays: limit(91, "days", "each application, once a quarter", "2020-01-23", plans),
  throttleKilobitsPerSecond: limit(512, "kbit/s at least", "bandwidth throttling", "2017-02-05", capacity),
  reservedAddresses: limit(
    5,
    "addresses",
    "of each subnet: the first four and the last one",
    "2025",
    "learn.microsoft.com, Azure Virtual Network frequently asked questions",
  ),
};

/** A limit that is several numbers, in their order. */
export function figures(name: string): readonly number[] {
  return [limits[name]!.value].flat();
}

/** A limit that is one number. */
export function figure(name: string): number {
  return Number(limits[name]!.value);
}
