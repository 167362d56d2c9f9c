/** What a protected item's arguments ask for, whatever the names of its instance type. */
import { nameOf } from "../../arm-id.ts";
import type { VMwareCbtMigration } from "../../kinds/migration-item.ts";
import type { ProtectedItemInputs, ProtectionSettings } from "../../kinds/protected-item.ts";
import type { ItemInputs } from "./item-things.ts";

export interface Protection {
  /** The storage account that keeps the replica, where the target is Azure. */
  readonly storageAccountId?: string | undefined;
  /** Ids of the disks to include; absent: all. */
  readonly diskIds?: readonly string[] | undefined;
  /** The network that the replica machine joins, instead of what the mappings say. */
  readonly networkId?: string | undefined;
  /** The isolated network of tests that name none. */
  readonly testNetworkId?: string | undefined;
  /** What the replica machine is called; absent: as the source. */
  readonly recoveryMachineName?: string | undefined;
  readonly recoveryGroupId?: string | undefined;
  /** The master target that keeps the replica (S5), or takes it on the way back (V2F-7). */
  readonly masterTargetId?: string | undefined;
  readonly processServerId?: string | undefined;
  /** The account that the Mobility service is pushed with (C-5). */
  readonly runAsAccountId?: string | undefined;
  /** The accounts that a migration takes snapshots and moves data with, instead of an agent. */
  readonly migrationAccountIds?: readonly string[] | undefined;
  /** Whether a resync that is needed waits for a person to start it. */
  readonly resyncsByHand?: boolean | undefined;
  /** Name of the replication group that the machine belongs to (V2A-5). */
  readonly groupName?: string | undefined;
}

type Settings = ProtectionSettings | VMwareCbtMigration;
type SettingsOf<Type extends Settings["instanceType"]> = Extract<Settings, { instanceType: Type }>;
type Readers = {
  [Type in Settings["instanceType"]]: (settings: SettingsOf<Type>) => Protection;
};

const readers: Readers = {
  HyperVReplicaAzure: (settings) => ({
    storageAccountId: settings.targetStorageAccountId,
    diskIds: settings.disksToInclude,
    networkId: settings.targetAzureNetworkId,
    recoveryMachineName: settings.targetAzureVmName,
    recoveryGroupId: settings.targetAzureV2ResourceGroupId,
  }),
  InMageAzureV2: (settings) => ({
    storageAccountId: settings.storageAccountId,
    diskIds: settings.disksToInclude?.map(({ diskId }) => diskId),
    networkId: settings.targetAzureNetworkId,
    recoveryMachineName: settings.targetAzureVmName,
    recoveryGroupId: settings.targetAzureV2ResourceGroupId,
    masterTargetId: settings.masterTargetId,
    processServerId: settings.processServerId,
    runAsAccountId: settings.runAsAccountId,
    groupName: settings.multiVmGroupName,
  }),
  InMage: (settings) => ({
    diskIds: settings.disksToInclude,
    recoveryMachineName: settings.vmFriendlyName,
    masterTargetId: settings.masterTargetId,
    processServerId: settings.processServerId,
    runAsAccountId: settings.runAsAccountId,
    groupName: settings.multiVmGroupName === "" ? undefined : settings.multiVmGroupName,
  }),
  VMwareCbt: (settings) => ({
    storageAccountId: settings.disksToInclude[0]?.logStorageAccountId,
    diskIds: settings.disksToInclude.map(({ diskId }) => diskId),
    networkId: settings.targetNetworkId,
    testNetworkId: settings.testNetworkId,
    recoveryMachineName: settings.targetVmName,
    recoveryGroupId: settings.targetResourceGroupId,
    resyncsByHand: settings.performAutoResync === "false",
    migrationAccountIds: [settings.dataMoverRunAsAccountId, settings.snapshotRunAsAccountId],
  }),
};

export interface NamedMachine {
  readonly name: string;
  /** The argument that names it. */
  readonly property: string;
}

/** The machine that an item is of. */
export function machineNamedBy(inputs: ItemInputs): NamedMachine {
  const settings = inputs.properties?.providerSpecificDetails;
  if (settings?.instanceType === "VMwareCbt") {
    const property = "properties.providerSpecificDetails.vmwareMachineId";
    return { name: nameOf(settings.vmwareMachineId), property };
  }
  const { properties } = inputs as ProtectedItemInputs;
  return { name: nameOf(properties?.protectableItemId ?? ""), property: "properties.protectableItemId" };
}

export function protectionOf(inputs: ItemInputs): Protection {
  const settings: Settings | undefined = inputs.properties?.providerSpecificDetails;
  const { processServerId } = inputs as ProtectedItemInputs;
  if (settings === undefined) return { processServerId };
  const read = readers[settings.instanceType] as (settings: Settings) => Protection;
  const protection = read(settings);
  return { ...protection, processServerId: protection.processServerId ?? processServerId };
}
