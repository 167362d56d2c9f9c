/** What goes well without, and is advised nevertheless. Ids that policies have as well mean the same there. */
import { note, warning } from "./rule.ts";

export const adviceRules = {
  "machine-in-plan": warning(
    "Every machine is in a recovery plan",
    "What is in no plan comes back by hand, or not at all.",
    "Add the machine to a group of a plan.",
    "machines: [{ name: web1 }, { name: db1 }]\nplans: [{ name: shop, groups: [[web1]] }]",
    "machines: [{ name: web1 }, { name: db1 }]\nplans: [{ name: shop, groups: [[db1], [web1]] }]",
  ),
  "plan-drilled": note(
    "Every plan, or a machine of it, has a drill",
    "Azure advises a test failover of each application every quarter; what was never tried seldom works.",
    "Declare a drill of it with a schedule, or run `siterecovery plan test-failover` yourself.",
    "plans: [{ name: shop, groups: [[web1]] }]",
    "plans: [{ name: shop, groups: [[web1]] }]\ndrills: [{ name: rehearsal, plan: shop, network: drill-net, schedule: { everyDays: 90 } }]",
    ["drillIntervalDays"],
  ),
  "machine-consistency-unused": note(
    "A machine that can be frozen gets app-consistent points",
    "Its machine.yaml has the commands for them, and its policy never runs them.",
    "Set the policy's frequency of app-consistent points, or take the commands out.",
    "policies: [{ name: five }]   # web1/machine.yaml: consistency: { freeze: [...], thaw: [...] }",
    "policies: [{ name: five, applicationConsistentSnapshotFrequencyInHours: 1 }]",
    ["snapshotFrequencyHyperVHours", "appConsistentMinutes"],
  ),
  "machine-disk-churn": warning(
    "A disk on standard storage changes at most 168 GiB a day",
    "With writes of 8 KiB a standard account takes 2 MB a second for each disk.",
    "Take a premium storage account, or spread what changes over more disks.",
    "{ name: web1, dailyChangeGibibytes: 400 }   # one disk, sku: Standard_LRS",
    "{ name: web1, dailyChangeGibibytes: 100 }",
    ["standardDiskChurnGibibytesPerDay"],
  ),
  "process-server-cache": warning(
    "The cache of a process server fits what its machines change in a day",
    "With a smaller one, replication waits whenever the line is busy.",
    "Give the cache more room, or machines to another process server.",
    "cacheLimitMebibytes: 100000   # machines of 800 GiB a day",
    "cacheLimitMebibytes: 614400",
    ["processServerCacheGibibytes", "processServerCacheChurnGibibytesPerDay"],
  ),
  "process-server-folder": warning(
    "The cache folder of a process server that no machine uses is there",
    "It can serve no machine until its folder is back; machines that were handed to another server stay there.",
    "Make or mount the folder, or remove the process server.",
    "processServers: [{ name: ps1, cache: gone }, { name: ps2, cache: cache }]",
    "processServers: [{ name: ps2, cache: cache }]",
  ),
};
