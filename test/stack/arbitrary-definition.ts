/** Stack definitions at random, all of them right, and the machines that they speak of. */
import fc from "fast-check";
import type { StackCluster } from "../../provider/stack/stack-cluster.ts";
import type { StackDefinition, StackDrill, StackMachine } from "../../provider/stack/stack-definition.ts";
import type { StackMigration } from "../../provider/stack/stack-migration.ts";
import type { StackPlan } from "../../provider/stack/stack-plan.ts";
import type { SiteKind, StackHost, StackSite } from "../../provider/stack/stack-site.ts";
import { clusterSettings, migrationSettings, planSettings, stepsAround } from "./arbitrary-movers.ts";

export interface PlacedStack {
  readonly definition: StackDefinition;
  /** Inventory folder → names of the machines in it. */
  readonly inventories: ReadonlyMap<string, readonly string[]>;
}

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,8}[A-Za-z0-9]$/);
const account = fc.stringMatching(/^[a-z0-9]{3,24}$/);
/** Texts that YAML could take for something else. */
const tag = fc.oneof(
  fc.constantFrom("yes", "null", "0777", "1e3", "~", "", "a: b", "# no", "- x", "[1"),
  word,
);
const names = (size: { minLength: number; maxLength: number }): fc.Arbitrary<string[]> =>
  fc.uniqueArray(word, { ...size, selector: (name) => name.toLowerCase() });

const maybe = <Value extends object>(value: fc.Arbitrary<Value>): fc.Arbitrary<Partial<Value>> =>
  fc.oneof(value, fc.constant({}));

const policySettings = fc.record(
  {
    replicationInterval: fc.constantFrom(30, 300, 900),
    recoveryPointHistoryDuration: fc.integer({ min: 0, max: 24 }),
    applicationConsistentSnapshotFrequencyInHours: fc.constant(0),
  },
  { requiredKeys: [] },
);

const machineSettings = fc.record(
  {
    size: fc.constantFrom("Standard_D2s_v5", "Standard_B1s"),
    disks: fc.constant(["os"]),
    activeLocation: fc.constantFrom("primary", "recovery"),
    failover: fc.record(
      {
        kind: fc.constantFrom("planned", "unplanned"),
        recoveryPoint: fc.constantFrom("latest", "latestProcessed"),
        commit: fc.constantFrom("automatic", "manual"),
      },
      { requiredKeys: [] },
    ),
    allowDisableWhileFailedOver: fc.boolean(),
    allowReplicaDeletion: fc.boolean(),
  },
  { requiredKeys: [] },
);

const parts = fc.record({
  accounts: fc.uniqueArray(account, { minLength: 1, maxLength: 3 }),
  networks: names({ minLength: 2, maxLength: 4 }),
  policies: names({ minLength: 1, maxLength: 3 }),
  policySettings: fc.array(policySettings, { minLength: 3, maxLength: 3 }),
  sites: names({ minLength: 1, maxLength: 3 }),
  kinds: fc.array(fc.constantFrom<SiteKind>("hyperv", "vmm", "vmware"), { minLength: 3, maxLength: 3 }),
  hosts: names({ minLength: 3, maxLength: 6 }),
  machines: names({ minLength: 0, maxLength: 6 }),
  machineSettings: fc.array(machineSettings, { minLength: 6, maxLength: 6 }),
  plan: fc.option(fc.tuple(planSettings, fc.option(stepsAround))),
  cluster: fc.option(clusterSettings),
  migration: fc.option(migrationSettings),
  drills: fc.integer({ min: 0, max: 2 }),
  head: fc.tuple(maybe(fc.record({ location: word })), maybe(fc.record({ tags: fc.dictionary(word, tag) }))),
});

type Parts = typeof parts extends fc.Arbitrary<infer Value> ? Value : never;

/** Longer than any name at random, so that it is no other policy's. */
const vmwarePolicy = { name: "vmware-policy", instanceType: "InMageAzureV2" } as const;

const migrationPolicy = { name: "migration-policy", instanceType: "VMwareCbt" } as const;

/** What differs from kind to kind; hosts are ESXi hosts behind a vCenter server each in a VMware site. */
const partsOf: Record<SiteKind, (name: string, hosts: StackHost[]) => Partial<StackSite>> = {
  hyperv: (_name, hosts) => ({ hosts }),
  vmm: (name, hosts) => ({
    kind: "vmm",
    server: `${name}-vmm`,
    clouds: [{ name: "cloud", capabilityProfile: "Hyper-V", hosts }],
    networks: [{ name: "production", logicalNetwork: "lan" }],
  }),
  vmware: (name, hosts) => ({
    kind: "vmware",
    server: `${name}-configuration`,
    policy: vmwarePolicy.name,
    migrationPolicy: migrationPolicy.name,
    runAsAccounts: ["push"],
    vContinuumConsole: "admin-pc",
    vcenters: hosts.map((host) => ({ ...host, account: "push", port: "443" })),
    networkPaths: [{ name: "vpn", purpose: "failback", connection: "SiteToSiteVpn" }],
  }),
};

function definitionOf(from: Parts): PlacedStack {
  const of = <Value>(list: readonly Value[], index: number): Value => list[index % list.length]!;
  const [recoveryNet, drillNet] = from.networks as [string, string];
  const hostsOf = (site: number): string[] =>
    from.hosts.filter((_, index) => index % from.sites.length === site);
  const inventories = new Map<string, string[]>(from.hosts.map((host) => [host, []]));
  const all = from.machines.map((name, index): StackMachine => {
    const site = index % from.sites.length;
    inventories.get(hostsOf(site)[0]!)!.push(name);
    const names = { site: from.sites[site]!, storageAccount: of(from.accounts, index) };
    const { failover, ...settings } = from.machineSettings[index]!;
    // Machines of a VMware site have no planned failover.
    const isRefused = from.kinds[site] === "vmware" && failover?.kind === "planned";
    const agent = from.kinds[site] === "vmware" ? { account: "push" } : {};
    return { name, ...names, ...agent, ...settings, ...(failover && !isRefused ? { failover } : {}) };
  });
  const moves = (index: number): boolean =>
    from.migration !== null && index === all.length - 1 && from.kinds[index % from.sites.length] === "vmware";
  const machines = all.filter((_, index) => !moves(index));
  const migrations = all
    .filter((_, index) => moves(index))
    .map(({ name, site, storageAccount }): StackMigration => ({
      ...{ name, site: site!, account: "push", storageAccount: storageAccount!, network: recoveryNet },
      ...{ disks: ["os"], ...from.migration },
    }));
  const first = machines.filter(({ site }) => site === from.sites[0]).map(({ name }) => name);
  const plans: StackPlan[] = [];
  if (from.plan && first.length > 0) {
    const [settings, steps] = from.plan;
    const groups = first.map((name) => (steps ? { machines: [name], ...steps } : [name]));
    plans.push({ name: "plan", site: from.sites[0]!, ...settings, groups });
  }
  // Machines that say themselves where they run are in none.
  const unit = machines.filter(
    ({ site, activeLocation }) => site === from.sites[0] && activeLocation === undefined,
  );
  const clusters: StackCluster[] =
    from.cluster && unit.length > 0
      ? [{ name: "cluster", machines: unit.map(({ name }) => name), ...from.cluster }]
      : [];
  const drills: StackDrill[] = machines
    .filter(({ activeLocation }) => activeLocation !== "recovery")
    .slice(0, from.drills)
    .map(({ name }, index) => ({ name: `drill-${index}`, machine: name, network: drillNet }));
  const [location, tags] = from.head;
  const definition: StackDefinition = {
    version: 1,
    resourceGroup: "dr",
    ...location,
    vault: { name: "dr-vault", ...tags },
    azure: {
      storageAccounts: from.accounts.map((name) => ({ name })),
      networks: from.networks.map((name, index) => ({
        name,
        addressSpace: [`10.${index}.0.0/16`],
        subnets: [{ name: "apps", addressPrefix: `10.${index}.1.0/24` }],
      })),
    },
    policies: [
      ...from.policies.map((name, index) => ({ name, ...from.policySettings[index] })),
      vmwarePolicy,
      migrationPolicy,
    ],
    sites: from.sites.map((name, index) => ({
      name,
      policy: of(from.policies, index),
      networkMappings: [{ from: "production", to: recoveryNet }],
      ...partsOf[from.kinds[index]!](
        name,
        hostsOf(index).map((host) => ({ name: host, inventory: host })),
      ),
    })),
    machines,
    migrations,
    clusters,
    plans,
    drills,
  };
  return { definition, inventories };
}

export const arbitraryStack: fc.Arbitrary<PlacedStack> = parts.map(definitionOf);
