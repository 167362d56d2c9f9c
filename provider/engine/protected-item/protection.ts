/** What a protected item's arguments ask for, whatever the names of its instance type. */
import type { ProtectedItemInputs, ProtectionSettings } from "../../kinds/protected-item.ts";

export interface Protection {
  /** The storage account that keeps the replica, where the target is Azure. */
  readonly storageAccountId?: string | undefined;
  /** Ids of the disks to include; absent: all. */
  readonly diskIds?: readonly string[] | undefined;
  /** The network that the replica machine joins, instead of what the mappings say. */
  readonly networkId?: string | undefined;
  /** What the replica machine is called; absent: as the source. */
  readonly recoveryMachineName?: string | undefined;
  readonly recoveryGroupId?: string | undefined;
  /** The master target that keeps the replica (S5), or takes it on the way back (V2F-7). */
  readonly masterTargetId?: string | undefined;
  readonly processServerId?: string | undefined;
  /** The account that the Mobility service is pushed with (C-5). */
  readonly runAsAccountId?: string | undefined;
  /** Name of the replication group that the machine belongs to (V2A-5). */
  readonly groupName?: string | undefined;
}

type SettingsOf<Type extends ProtectionSettings["instanceType"]> = Extract<
  ProtectionSettings,
  { instanceType: Type }
>;
type Readers = {
  [Type in ProtectionSettings["instanceType"]]: (settings: SettingsOf<Type>) => Protection;
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
};

export function protectionOf(inputs: ProtectedItemInputs): Protection {
  const settings = inputs.properties?.providerSpecificDetails;
  const { processServerId } = inputs;
  if (settings === undefined) return { processServerId };
  const read = readers[settings.instanceType] as (settings: ProtectionSettings) => Protection;
  const protection = read(settings);
  return { ...protection, processServerId: protection.processServerId ?? processServerId };
}
