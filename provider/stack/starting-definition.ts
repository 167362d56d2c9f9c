/** A definition to start from, for each flow. A flow's number is Site Recovery's scenario; its name is for people. */
import { writeYaml } from "../yaml/write-yaml.ts";

export const flowNames = {
  S1: "vmware-to-azure",
  S2: "physical-to-azure",
  S3: "hyperv-to-azure",
  S4: "vmm-to-azure",
  S5: "vmware-to-site",
  S6: "vmm-to-site",
} as const;

export type FlowNumber = keyof typeof flowNames;

/** What the user said, or what was found in his folders. */
export interface StartingPoint {
  /** Folder of each host or vCenter server, counted from the definition, with the networks of its machines. */
  readonly inventories: readonly { readonly name: string; readonly folder: string }[];
  /** Names of the machines in them, and of the networks that these are in. */
  readonly machines: readonly string[];
  readonly networks: readonly string[];
}

/** Folders of the definition that must be there for it to be right; they are made beside it. */
export interface StartingDefinition {
  readonly text: string;
  readonly folders: readonly string[];
}

const azure = {
  storageAccounts: [{ name: "replicas" }],
  networks: [{ name: "recovery-net" }, { name: "drill-net" }],
};

/** Of the configuration server: installs the Mobility service. */
const pushAccount = "push-account";

function hostsOf({ inventories }: StartingPoint): object[] {
  return inventories.map(({ name, folder }) => ({ name, inventory: folder }));
}

function mappings({ networks }: StartingPoint): object {
  return networks.length === 0
    ? {}
    : { networkMappings: networks.map((from) => ({ from, to: "recovery-net" })) };
}

type Parts = Readonly<Record<string, unknown>>;

function vmwareToAzure(start: StartingPoint, isPhysical: boolean): Parts {
  const [first] = start.inventories;
  const source = isPhysical ? { physicalServers: first?.folder ?? "primary" } : { vcenters: hostsOf(start) };
  return {
    azure,
    policies: [{ name: "standard", instanceType: "InMageAzureV2", recoveryPointHistory: 1440 }],
    sites: [
      {
        name: "primary-site",
        kind: "vmware",
        server: "configuration-server",
        policy: "standard",
        runAsAccounts: [pushAccount],
        ...source,
        ...mappings(start),
      },
    ],
  };
}

const parts: Readonly<Record<FlowNumber, (start: StartingPoint) => Parts>> = {
  S1: (start) => vmwareToAzure(start, false),
  S2: (start) => vmwareToAzure(start, true),
  S3: (start) => ({
    azure,
    policies: [{ name: "standard", replicationInterval: 300 }],
    sites: [{ name: "primary-site", hosts: hostsOf(start), policy: "standard", ...mappings(start) }],
  }),
  S4: (start) => ({
    azure,
    policies: [{ name: "standard", replicationInterval: 300 }],
    sites: [
      {
        name: "primary-site",
        kind: "vmm",
        server: "vmm-server",
        policy: "standard",
        clouds: [{ name: "primary-cloud", capabilityProfile: "Hyper-V", hosts: hostsOf(start) }],
        networks: start.networks.map((name) => ({ name, logicalNetwork: "backbone" })),
        ...mappings(start),
      },
    ],
  }),
  S5: (start) => ({
    policies: [{ name: "standard", instanceType: "InMage" }],
    sites: [
      {
        name: "primary-site",
        kind: "vmware",
        server: "configuration-server",
        policy: "standard",
        target: "second-site",
        runAsAccounts: [pushAccount],
        vcenters: hostsOf(start),
      },
      {
        name: "second-site",
        kind: "vmware",
        server: "second-configuration-server",
        masterTargets: [{ name: "master-target", folder: "replicas" }],
      },
    ],
  }),
  S6: (start) => ({
    policies: [{ name: "standard", instanceType: "HyperVReplica2012R2", recoveryPoints: 4 }],
    sites: [
      {
        name: "primary-site",
        kind: "vmm",
        server: "vmm-server",
        clouds: [
          {
            name: "primary-cloud",
            capabilityProfile: "Hyper-V",
            hosts: hostsOf(start),
            policy: "standard",
            target: { site: "second-site", cloud: "second-cloud" },
          },
        ],
        networks: start.networks.map((name) => ({ name, logicalNetwork: "backbone" })),
        networkMappings: start.networks.map((name) => ({ from: name, to: name, site: "second-site" })),
      },
      {
        name: "second-site",
        kind: "vmm",
        server: "second-vmm-server",
        clouds: [
          {
            name: "second-cloud",
            capabilityProfile: "Hyper-V",
            hosts: [{ name: "second-host", inventory: "second" }],
          },
        ],
        networks: start.networks.map((name) => ({ name, logicalNetwork: "backbone" })),
      },
    ],
  }),
};

const foldersOf: Readonly<Partial<Record<FlowNumber, readonly string[]>>> = {
  S5: ["replicas"],
  S6: ["second"],
};

export function startingDefinition(flow: FlowNumber, start: StartingPoint): StartingDefinition {
  const site = ["S5", "S6"].includes(flow) ? { site: "primary-site" } : {};
  // Machines of VMware sites replicate by the Mobility service, which this account installs in them.
  const agent = ["S1", "S2", "S5"].includes(flow) ? { account: pushAccount } : {};
  const definition = {
    version: 1,
    resourceGroup: "dr",
    vault: { name: "dr-vault" },
    ...parts[flow](start),
    ...(start.machines.length === 0
      ? {}
      : { machines: start.machines.map((name) => ({ name, ...site, ...agent })) }),
    ...(start.machines.length === 0
      ? {}
      : { plans: [{ name: "everything", ...site, groups: [[...start.machines]] }] }),
  };
  const head = [
    "# A starting definition; change the names to yours, then `siterecovery validate`.",
    "# `siterecovery schema > stack.schema.json` writes the schema that the next line has editors complete by.",
    "# yaml-language-server: $schema=stack.schema.json",
  ];
  return { text: `${head.join("\n")}\n${writeYaml(definition)}`, folders: foldersOf[flow] ?? [] };
}
