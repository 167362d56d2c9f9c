/** What a site consists of, whatever its kind: containers of machines, and folders that hold machines. */
import type { ProtectionType } from "../model/flows.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { SiteKind, StackHost, StackProcessServer, StackSite } from "./stack-site.ts";

/** The machines of a site that follow one policy: a cloud of a VMM site, all machines of another one. */
export interface SiteContainer {
  readonly name: string;
  readonly policy: string | undefined;
  /** Where its machines replicate to, or `undefined` for Azure. */
  readonly target: { readonly site: string; readonly container: string } | undefined;
  readonly capabilityProfile?: string;
  readonly hosts: readonly StackHost[];
  readonly path: YamlPath;
}

/** A folder that holds machines of a site. */
export interface SiteInventory {
  /** What people call it: `host hv1`. */
  readonly owner: string;
  readonly folder: string;
  readonly path: YamlPath;
  /** Whether its machines are physical servers. */
  readonly isPhysical?: boolean;
  /** Of a host in a cloud: whether it has the Recovery Services agent. */
  readonly hasAgent?: boolean;
  /** The process server whose cache it is. */
  readonly server?: string;
}

export function kindOf(site: StackSite): SiteKind {
  return site.kind ?? "hyperv";
}

/** Azure's discriminator of the policies and machines of a container: it follows from both its sides. */
export function instanceTypeOf(site: StackSite, { target }: SiteContainer): ProtectionType {
  if (kindOf(site) === "vmware") return target ? "InMage" : "InMageAzureV2";
  return target ? "HyperVReplica2012R2" : "HyperVReplicaAzure";
}

/** Paths count from the site. */
export function containersOf(site: StackSite): SiteContainer[] {
  if (kindOf(site) === "vmm") {
    return (site.clouds ?? []).map(({ name, capabilityProfile, policy, target, hosts }, index) => ({
      ...{ name, capabilityProfile, hosts },
      policy: policy ?? site.policy,
      target: target && { site: target.site, container: target.cloud },
      path: ["clouds", index],
    }));
  }
  // Its machines form one container, under the site's own name.
  const target = site.target === undefined ? undefined : { site: site.target, container: site.target };
  return [{ name: site.name, policy: site.policy, target, hosts: site.hosts ?? [], path: [] }];
}

/** Paths count from the site. */
export function inventoriesOf(site: StackSite): SiteInventory[] {
  const ofHosts = (hosts: readonly StackHost[], path: YamlPath): SiteInventory[] =>
    hosts.map(({ name, inventory, agent = true }, index) => ({
      owner: `host ${name}`,
      folder: inventory,
      hasAgent: agent,
      path: [...path, "hosts", index, "inventory"],
    }));
  const { server, physicalServers, vcenters = [] } = site;
  return [
    ...containersOf(site).flatMap(({ hosts, path }) => ofHosts(hosts, path)),
    ...vcenters.map(({ name, inventory }, index) => ({
      owner: `vCenter server ${name}`,
      folder: inventory,
      path: ["vcenters", index, "inventory"],
    })),
    ...(physicalServers === undefined
      ? []
      : [
          { owner: `server ${server}`, folder: physicalServers, path: ["physicalServers"], isPhysical: true },
        ]),
  ];
}

/** Folders that process servers keep data in until it is sent. Paths count from what the servers are in. */
export function cachesOf(processServers: readonly StackProcessServer[] = []): SiteInventory[] {
  return processServers.flatMap(({ name, cache }, index) =>
    cache === undefined
      ? []
      : [
          {
            owner: `process server ${name}`,
            folder: cache,
            server: name,
            path: ["processServers", index, "cache"],
          },
        ],
  );
}

/** Folders that take replicas, and must be there. Paths count from the site. */
export function storageFoldersOf(site: StackSite): SiteInventory[] {
  return [
    ...cachesOf(site.processServers),
    ...(site.masterTargets ?? []).map(({ name, folder }, index) => ({
      owner: `master target ${name}`,
      folder,
      path: ["masterTargets", index, "folder"],
    })),
    ...(site.storageClassifications ?? []).map(({ name, folder }, index) => ({
      owner: `storage classification ${name}`,
      folder,
      path: ["storageClassifications", index, "folder"],
    })),
  ];
}
