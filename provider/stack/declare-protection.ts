/** What Azure wants to know of a machine, by how it replicates. */
import type { ProtectionSettings } from "../kinds/protected-item.ts";
import { azureNetworkOf } from "./check-machine-names.ts";
import { containerOf, siteOf } from "./site-of.ts";
import { instanceTypeOf, kindOf } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";
import type { StackIds } from "./stack-ids.ts";

interface Place {
  readonly stack: StackDefinition;
  readonly ids: StackIds;
  readonly site: StackSite;
  readonly machine: StackMachine;
}

/** Azure maps networks of VMM servers only: machines of a Hyper-V site name theirs themselves. */
function unmappedNetworkOf(stack: StackDefinition, site: StackSite): string | undefined {
  if (stack.target !== "azure" || kindOf(site) !== "hyperv") return undefined;
  return site.networkMappings?.[0]?.to;
}

function toAzure({ stack, ids, site, machine }: Place): ProtectionSettings {
  const account = machine.storageAccount ?? stack.azure.storageAccounts[0]!.name;
  const network = machine.network ?? unmappedNetworkOf(stack, site);
  return {
    instanceType: "HyperVReplicaAzure",
    targetStorageAccountId: ids.storageAccount(account),
    ...(network === undefined ? {} : { targetAzureNetworkId: ids.network(network) }),
    ...(machine.size === undefined ? {} : { targetVmSize: machine.size }),
    ...(machine.disks === undefined ? {} : { disksToInclude: [...machine.disks] }),
  };
}

function vmwareToAzure({ stack, ids, site, machine }: Place): ProtectionSettings {
  const { processServer, masterTarget, account, group, size, disks } = machine;
  return {
    instanceType: "InMageAzureV2",
    storageAccountId: ids.storageAccount(machine.storageAccount ?? stack.azure.storageAccounts[0]!.name),
    targetAzureNetworkId: ids.network(azureNetworkOf(site, machine)!),
    ...(processServer === undefined ? {} : { processServerId: ids.processServer(site, processServer) }),
    ...(masterTarget === undefined ? {} : { masterTargetId: ids.masterTarget(site, masterTarget) }),
    ...(account === undefined ? {} : { runAsAccountId: account }),
    ...(group === undefined ? {} : { multiVmGroupName: group }),
    ...(size === undefined ? {} : { targetVmSize: size }),
    ...(disks === undefined ? {} : { disksToInclude: disks.map((diskId) => ({ diskId })) }),
  };
}

function vmwareToSite({ stack, ids, site, machine }: Place): ProtectionSettings {
  const target = stack.sites.find(({ name }) => name === site.target)!;
  const { processServer, masterTarget, account, group, disks } = machine;
  return {
    instanceType: "InMage",
    masterTargetId: ids.masterTarget(target, masterTarget ?? target.masterTargets![0]!.name),
    // By default the one on the configuration server (C-2).
    processServerId: processServer === undefined ? ids.server(site) : ids.processServer(site, processServer),
    retentionDrive: "retention",
    multiVmGroupId: "",
    multiVmGroupName: group ?? "",
    ...(account === undefined ? {} : { runAsAccountId: account }),
    ...(disks === undefined ? {} : { disksToInclude: [...disks] }),
  };
}

/** Between VMM sites Azure has no settings of its own: nothing then. */
export function protectionOf(
  stack: StackDefinition,
  ids: StackIds,
  machine: StackMachine,
): ProtectionSettings | undefined {
  const site = siteOf(stack, machine.site)!;
  const place = { stack, ids, site, machine };
  const type = instanceTypeOf(site, containerOf(stack, machine)!);
  if (type === "HyperVReplica2012R2") return undefined;
  return { HyperVReplicaAzure: toAzure, InMageAzureV2: vmwareToAzure, InMage: vmwareToSite }[type](place);
}
