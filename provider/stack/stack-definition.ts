/** A YAML stack definition as schema/stack.schema.json has it; the descriptions of all fields are there. */
import type { StoreAddress } from "../store-address.ts";
import type { ActiveLocation, MachineFailoverSettings } from "../kinds/protected-item.ts";
import type { OfficeHours, PolicySettings } from "../kinds/policy.ts";
import type { DrillSchedule } from "../kinds/drill.ts";
import type { StackCluster } from "./stack-cluster.ts";
import type { StackMigration } from "./stack-migration.ts";
import type { StackPlan } from "./stack-plan.ts";
import type { StackProcessServer, StackSite } from "./stack-site.ts";

export interface StackDefinition {
  readonly version: 1;
  /** Files with more of it; they are read into it. */
  readonly include?: readonly string[];
  /** Where it is declared: the embedded engine (default) or Azure. */
  readonly target?: "engine" | "azure";
  /** Whether what exists under these names is taken over from its owners. */
  readonly adopt?: boolean;
  readonly resourceGroup: string;
  readonly location?: string;
  readonly vault: { readonly name: string; readonly tags?: Record<string, string> };
  readonly azure: {
    readonly storageAccounts: readonly StackStorageAccount[];
    readonly networks: readonly StackNetwork[];
    readonly processServers?: readonly StackProcessServer[];
  };
  readonly policies: readonly StackPolicy[];
  readonly sites: readonly StackSite[];
  readonly machines?: readonly StackMachine[];
  readonly migrations?: readonly StackMigration[];
  readonly clusters?: readonly StackCluster[];
  readonly plans?: readonly StackPlan[];
  readonly drills?: readonly StackDrill[];
}

export interface StackStorageAccount extends Partial<StoreAddress> {
  readonly name: string;
  readonly sku?: string;
  readonly tags?: Record<string, string>;
}

export interface StackNetwork {
  readonly name: string;
  readonly addressSpace?: readonly string[];
  readonly subnets?: readonly { readonly name: string; readonly addressPrefix: string }[];
  readonly tags?: Record<string, string>;
}

export interface StackPolicy {
  readonly name: string;
  /** Default `HyperVReplicaAzure`. */
  readonly instanceType?: PolicySettings["instanceType"];
  /** The others are those of the replication provider, under Azure's names. */
  readonly [setting: string]: string | number | OfficeHours | undefined;
  /** Hours in which no resync starts by itself (HW-4d). */
  readonly officeHours?: OfficeHours;
}

export interface StackMachine {
  readonly name: string;
  readonly site?: string;
  /** Of a machine of a VMM site; may be left out where there is one cloud. */
  readonly cloud?: string;
  readonly storageAccount?: string;
  readonly network?: string;
  readonly size?: string;
  /** Of the target azure: the UUID that Azure's discovery gave the machine. */
  readonly protectableItem?: string;
  readonly disks?: readonly string[];
  /** Static addresses in its virtual network. */
  readonly recoveryAddresses?: readonly string[];
  /** What it is expected to write in a day. */
  readonly dailyChangeGibibytes?: number;
  /** Of a machine of a VMware site: the account that the Mobility service is pushed with (C-5). */
  readonly account?: string;
  /** Of a machine of a VMware site: its replication group (V2A-5). */
  readonly group?: string;
  /** Of a machine of a VMware site: the process server that takes its data (C-3). */
  readonly processServer?: string;
  /** Of a machine of a VMware site: the master target that keeps its replica, or takes it back. */
  readonly masterTarget?: string;
  readonly activeLocation?: ActiveLocation;
  readonly failover?: MachineFailoverSettings;
  readonly allowDisableWhileFailedOver?: boolean;
  readonly allowReplicaDeletion?: boolean;
}

export interface StackDrill {
  readonly name: string;
  /** Either this or `plan`. */
  readonly machine?: string;
  readonly plan?: string;
  readonly network: string;
  readonly recoveryPoint?: string;
  /** Without one it runs when it is declared. */
  readonly schedule?: DrillSchedule;
}
