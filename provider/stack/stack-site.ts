/** A site of a definition, as schema/stack.schema.json has it. Names stand for ids. */
import type { NetworkPathInputs } from "../kinds/network-path.ts";
import type { Bandwidth } from "../kinds/process-server.ts";

/** Hyper-V hosts without VMM (S3), a VMM server (S4, S6), or ESXi hosts and physical servers (S1, S2, S5). */
export type SiteKind = "hyperv" | "vmm" | "vmware";

export interface StackSite {
  readonly name: string;
  /** Default `hyperv`. */
  readonly kind?: SiteKind;
  /** Policy of its machines; a site without one only receives replicas. */
  readonly policy?: string;
  /** Of a VMware site: policy of the machines that are migrated. */
  readonly migrationPolicy?: string;
  /** Of the target azure: what Azure calls the fabric, and the protection container, of the site. */
  readonly azureFabric?: string;
  readonly azureContainer?: string;
  readonly networkMappings?: readonly StackNetworkMapping[];
  readonly networkPaths?: readonly StackNetworkPath[];
  readonly processServers?: readonly StackProcessServer[];
  /** Of a Hyper-V site. */
  readonly hosts?: readonly StackHost[];
  /** The VMM server, or the configuration server. */
  readonly server?: string;
  /** Of a VMM site. */
  readonly clouds?: readonly StackCloud[];
  readonly storageClassifications?: readonly StackStorageClassification[];
  /** Of a VMM or a VMware site. */
  readonly networks?: readonly StackVmNetwork[];
  /** Of a VMware site. */
  readonly runAsAccounts?: readonly string[];
  readonly vContinuumConsole?: string;
  readonly physicalServers?: string;
  readonly vcenters?: readonly StackVcenter[];
  readonly masterTargets?: readonly { readonly name: string; readonly folder: string }[];
  /** The site that machines of a VMware site replicate to; Azure when absent. */
  readonly target?: string;
}

export interface StackProcessServer {
  readonly name: string;
  readonly cache?: string;
  readonly cacheLimitMebibytes?: number;
  readonly bandwidth?: Bandwidth;
}

export interface StackHost {
  readonly name: string;
  readonly inventory: string;
  /** Of a host in a cloud: whether it has the Recovery Services agent. */
  readonly agent?: boolean;
}

export interface StackCloud {
  readonly name: string;
  readonly capabilityProfile: string;
  /** Of the target azure: what Azure calls the protection container of the cloud. */
  readonly azureContainer?: string;
  readonly hosts: readonly StackHost[];
  /** Instead of the site's. */
  readonly policy?: string;
  /** The cloud that its machines replicate to; Azure when absent. */
  readonly target?: { readonly site: string; readonly cloud: string };
}

export interface StackVcenter {
  readonly name: string;
  readonly inventory: string;
  readonly address?: string;
  readonly port?: string;
  readonly account?: string;
}

export interface StackNetworkMapping {
  readonly from: string;
  readonly to: string;
  /** The site that `to` is a network of; a virtual network when absent. */
  readonly site?: string;
}

export interface StackVmNetwork {
  readonly name: string;
  readonly logicalNetwork?: string;
  readonly cloud?: string;
}

export interface StackStorageClassification {
  readonly name: string;
  readonly folder: string;
  readonly target?: { readonly site: string; readonly classification: string };
}

export interface StackNetworkPath {
  readonly name: string;
  readonly purpose: "replication" | "failback";
  readonly connection: NetworkPathInputs["connection"];
  /** The site at the other end; Azure when absent. */
  readonly site?: string;
  readonly closedPorts?: readonly number[];
  readonly dataPort?: number;
  readonly connected?: boolean;
}
