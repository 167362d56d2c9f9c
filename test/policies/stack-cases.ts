/** Good and bad stacks for the policies that look at a whole one; a good one is told nothing. */
import {
  type Case,
  containerId,
  crowd,
  fabric,
  fabricId,
  itemId,
  machine,
  mapping,
  plan,
  processServerId,
  vmware,
} from "./declared.ts";

export const stackCases: readonly Case[] = [
  { policy: "machine-in-plan", title: "in one", declared: [machine("db1"), plan([itemId("DB1")])] },
  {
    policy: "machine-in-plan",
    title: "in none",
    declared: [machine("db1"), machine("web1"), plan([itemId("db1")])],
    told: /web1 is in no recovery plan/,
  },
  {
    policy: "machine-in-plan",
    title: "in none, and not of the first tier",
    declared: [machine("web1")],
    options: { machines: ["db*"] },
  },
  {
    policy: "plan-mixed-sites",
    title: "one flow",
    declared: [machine("db1"), machine("web1"), plan([itemId("db1"), itemId("web1")])],
  },
  {
    policy: "plan-mixed-sites",
    title: "two ways of replication",
    declared: [machine("db1"), machine("web1", vmware), plan([itemId("db1"), itemId("web1")])],
    told: /shop mixes ways of replication: HyperVReplicaAzure, InMageAzureV2/,
  },
  {
    policy: "plan-mixed-sites",
    title: "two sites",
    declared: [machine("db1"), machine("web1", {}, "paris"), plan([itemId("db1"), itemId("web1", "paris")])],
    told: /shop mixes sites: london, paris/,
  },
  { policy: "plan-drilled", title: "about to be made", declared: [plan([])] },
  {
    policy: "plan-drilled",
    title: "tried a month ago",
    declared: [plan([], {}, { friendlyName: "shop", lastTestFailoverTime: "2026-02-01T00:00:00Z" })],
  },
  {
    policy: "plan-drilled",
    title: "never tried",
    declared: [plan([], {}, { friendlyName: "shop" })],
    told: /shop was never tried; a drill every 90 days is wanted/,
  },
  {
    policy: "plan-drilled",
    title: "tried too long ago",
    declared: [plan([], {}, { friendlyName: "shop", lastTestFailoverTime: "2026-02-01T00:00:00Z" })],
    options: { maxDays: 7 },
    told: /shop was last tried 28 days ago/,
  },
  {
    policy: "process-server-machines",
    title: "as many as it can",
    declared: crowd(3, { processServerId }),
    options: { maxMachines: 3 },
  },
  {
    policy: "process-server-machines",
    title: "one too many",
    declared: crowd(4, { processServerId }),
    options: { maxMachines: 3 },
    told: /ps1 serves 4 machines, and 3 are allowed/,
  },
  {
    policy: "replication-group-limit",
    title: "Azure's sixteen",
    declared: crowd(16, { multiVmGroupName: "g" }),
  },
  {
    policy: "replication-group-limit",
    title: "seventeen",
    declared: crowd(17, { multiVmGroupName: "g" }),
    told: /the replication group g has 17 machines, and 16 are allowed/,
  },
  {
    policy: "sides-apart",
    title: "another site, another region",
    declared: [
      mapping("london", containerId("paris")),
      fabric("east", "East US"),
      fabric("west", "West US"),
      plan([], { primaryFabricId: fabricId("east"), recoveryFabricId: fabricId("west") }),
    ],
  },
  {
    policy: "sides-apart",
    title: "into its own site",
    declared: [mapping("london", containerId("LONDON"))],
    told: /map replicates into its own site/,
  },
  {
    policy: "sides-apart",
    title: "a plan within one site",
    declared: [plan([], { recoveryFabricId: fabricId("London") })],
    told: /shop has its primary and its recovery side in one site/,
  },
  {
    policy: "sides-apart",
    title: "two fabrics of one region",
    declared: [
      fabric("one", "East US"),
      fabric("two", "eastus"),
      plan([], { primaryFabricId: fabricId("one"), recoveryFabricId: fabricId("two") }),
    ],
    told: /in one region, eastus/,
  },
];
