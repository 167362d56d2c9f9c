/**
 * What must be there before a machine can be protected (HW-1): the machine on a registered host, on the support
 * matrix (C-8), a policy that is mapped to its container, storage and network (C-7). Changes nothing.
 */
import path from "node:path";
import { nameOf, parentOf, sameId } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import type { KindName } from "../../kinds/kind.ts";
import { kinds } from "../../kinds/registry.ts";
import type { PolicyInputs } from "../../kinds/policy.ts";
import { type ItemInputs, listItemThings } from "../protected-item/item-things.ts";
import { checkMachine } from "../../machines/check-machine.ts";
import type { Machine } from "../../ports/machines.ts";
import { listItems } from "../../store/protected-items.ts";
import { findThing } from "../../store/things.ts";
import { fabricTypeOf } from "../inventory/fabric-type.ts";
import { checkComponents } from "../components/check-components.ts";
import type { EngineParts } from "../engine-parts.ts";
import { type Flow, flowFor, flowsOf } from "../../model/flows.ts";
import { requireNoOtherProtector } from "../inventory/machine-protector.ts";
import {
  findMachineOf,
  type FoundMachine,
  inventoryForNewMachine,
  requireMachineNamed,
} from "../inventory/find-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import type { MachinePlace } from "../inventory/look-up-machine.ts";
import { recoveryNetworks } from "../inventory/recovery-networks.ts";
import { mappingOf, recoveryContainerOf } from "../inventory/recovery-side.ts";
import { classForReplica } from "../inventory/storage-classes.ts";
import type { ItemDisk } from "../../model/item.ts";
import { machineNamedBy, type NamedMachine, protectionOf } from "../protected-item/protection.ts";
import { groupMachinesMax, groupNamed } from "../protected-item/replication-group.ts";
import { rulesOfPolicy } from "../replication-cycle/replication-rules.ts";
import { joined, type Message, plain, said } from "../../message.ts";
import { argumentName } from "../../kinds/argument-name.ts";

export interface Prerequisites extends FoundMachine {
  readonly place: MachinePlace;
  readonly disks: readonly ItemDisk[];
  readonly flow: Flow;
  /** The replication group that it joins. */
  readonly groupName: string | undefined;
  /** What is to hold the replica. */
  readonly replicaStoreId: string;
}

function refuse(id: string, property: string, what: Message): SiteRecoveryError {
  const message = said`${nameOf(id)} cannot be protected: ${what}`;
  return new SiteRecoveryError("PrerequisitesNotMet", message, { target: id, property });
}

function requireThing(parts: EngineParts, id: string, kind: KindName, reference: [string, string]): void {
  const [property, referredId] = reference;
  if (findThing(parts.store, referredId)?.kind === kind) return;
  const message = said`${nameOf(id)} needs ${plain(argumentName(property))}, and there is no ${kind.replace("-", " ")} ${referredId}.
      Declare it, and let this resource depend on it.`;
  throw new SiteRecoveryError("MissingReference", message, { target: id, property });
}

function requirePolicy(parts: EngineParts, id: string, inputs: ItemInputs): void {
  const policyId = inputs.properties?.policyId ?? "";
  requireThing(parts, id, "policy", ["properties.policyId", policyId]);
  if (mappingOf(parts, id, inputs)) return;
  const what = said`the policy ${nameOf(policyId)} is not mapped to its container ${nameOf(parentOf(id))}. Declare a
      ReplicationProtectionContainerMapping of the two.`;
  throw refuse(id, "properties.policyId", what);
}

function requireStorage(parts: EngineParts, id: string, inputs: ItemInputs): string {
  const property = storageProperty(inputs);
  const accountId = protectionOf(inputs).storageAccountId ?? "";
  requireThing(parts, id, "storage-account", [property, accountId]);
  const policy = findThing<PolicyInputs>(parts.store, inputs.properties?.policyId ?? "");
  const settings = policy?.inputs.properties?.providerSpecificInput;
  const allowed = settings?.instanceType === "HyperVReplicaAzure" ? (settings.storageAccounts ?? []) : [];
  if (allowed.length === 0 || allowed.some((other) => sameId(other, accountId))) return accountId;
  const names = joined(allowed.map(nameOf));
  throw refuse(id, property, said`its policy allows only the storage accounts ${names}.`);
}

const storageArguments: Readonly<Record<string, string>> = {
  InMageAzureV2: "storageAccountId",
  VMwareCbt: "disksToInclude[0].logStorageAccountId",
};

/** The argument that names the storage account: each instance type has its own. */
export function storageProperty(inputs: ItemInputs): string {
  const type = inputs.properties?.providerSpecificDetails?.instanceType ?? "";
  return `properties.providerSpecificDetails.${storageArguments[type] ?? "targetStorageAccountId"}`;
}

interface Wanted {
  readonly parts: EngineParts;
  readonly id: string;
  readonly inputs: ItemInputs;
  readonly found: FoundMachine;
}

/** What will hold the replica, by what the flow keeps it on. */
const holderOf: Record<Flow["replicaHolder"], (wanted: Wanted) => string> = {
  "storage-account": ({ parts, id, inputs }) => requireStorage(parts, id, inputs),
  "master-target": ({ inputs }) => protectionOf(inputs).masterTargetId!,
  host: ({ parts, id, inputs, found }) => {
    const container = recoveryContainerOf(parts, id, inputs)!;
    const fabricId = fabricOf(container);
    const machine = { itemId: id, className: found.machine.storageClassification };
    return (
      classForReplica(parts, machine, fabricId) ??
      inventoryForNewMachine(parts, fabricId, nameOf(container)).id
    );
  },
};

/** The flow by policy, fabric and machine. Throws `UnsupportedFlow` for a combination that is none of the six. */
function requireFlow(parts: EngineParts, id: string, inputs: ItemInputs, { inventory }: FoundMachine): Flow {
  const policy = findThing<PolicyInputs>(parts.store, inputs.properties?.policyId ?? "")!;
  const { instanceType } = rulesOfPolicy(policy.inputs.properties!.providerSpecificInput!);
  const fabricType = fabricTypeOf(parts, fabricOf(id)) ?? "HyperVSite";
  const flow = flowFor({ instanceType, fabricType, platform: inventory.platform });
  const own = inputs.properties?.providerSpecificDetails?.instanceType;
  if (flow && (own === undefined || own === instanceType)) return flow;
  const wants = flowsOf(own ?? instanceType).map((row) => `${row.title} (fabric ${row.fabricType})`);
  const message = said`${nameOf(id)} cannot be protected: its policy is of ${instanceType}, its settings are of ${own ?? "none"}, and
      its fabric ${nameOf(fabricOf(id))} is of ${fabricType}; together they are no flow.
      ${own ?? instanceType} is for ${wants.join(", ") || "none"}. Make the three agree.`;
  throw new SiteRecoveryError("UnsupportedFlow", message, {
    target: id,
    property: "properties.providerSpecificDetails.instanceType",
  });
}

/** The group that the machine may join. Throws when its policy has no multi-VM consistency, or the group is full. */
export function requireGroup(parts: EngineParts, id: string, inputs: ItemInputs): string | undefined {
  const { groupName } = protectionOf(inputs);
  if (groupName === undefined) return undefined;
  const property = "properties.providerSpecificDetails.multiVmGroupName";
  const policy = findThing<PolicyInputs>(parts.store, inputs.properties?.policyId ?? "")!;
  if (!rulesOfPolicy(policy.inputs.properties!.providerSpecificInput!).multiVmSync) {
    const what = said`it names the replication group "${groupName}", and its policy has multiVmSyncStatus Disable.`;
    throw refuse(id, property, what);
  }
  const others = groupNamed(parts, parentOf(id), groupName).filter((other) => !sameId(other.id, id));
  if (others.length < groupMachinesMax) return groupName;
  throw refuse(
    id,
    property,
    said`the replication group "${groupName}" has ${groupMachinesMax} machines, the most there may be.`,
  );
}

function chosenDisks(id: string, found: FoundMachine, inputs: ItemInputs): ItemDisk[] {
  const chosen = protectionOf(inputs).diskIds;
  const unknownDisk = chosen?.find((diskId) => !found.machine.disks.some((disk) => disk.id === diskId));
  if (unknownDisk !== undefined) {
    const names = found.machine.disks.map((disk) => disk.id).join(", ");
    const what = said`it has no disk "${unknownDisk}". Its disks: ${names}.`;
    throw refuse(id, "properties.providerSpecificDetails.disksToInclude", what);
  }
  return found.machine.disks
    .filter((disk) => chosen === undefined || chosen.includes(disk.id))
    .map((disk) => ({ id: disk.id, file: disk.file, sizeBytes: disk.sizeBytes }));
}

/** Two replications of one machine would take each other's changes away. */
function requireNoOtherItem(parts: EngineParts, id: string, machine: NamedMachine): void {
  const other = listItemThings(parts, { under: fabricOf(id), naming: machine.name }).find(
    (thing) =>
      !sameId(thing.id, id) && machineNamedBy(thing.inputs).name.toLowerCase() === machine.name.toLowerCase(),
  );
  if (!other) return;
  const what = said`its machine ${machine.name} is replicated by the ${plain(kinds[other.kind].title)} ${nameOf(other.id)} already. Remove that one
      first.`;
  throw refuse(id, machine.property, what);
}

/** Where the images of other protected machines are, as far as they can be looked at. */
async function imagesOfOthers(parts: EngineParts, id: string): Promise<{ item: string; file: string }[]> {
  return (
    await Array.fromAsync(listItems(parts.store), async (item) => {
      if (sameId(item.id, id)) return [];
      try {
        const lookup = await findMachineOf(parts, item);
        if (lookup.answer !== "found") return [];
        const { folder } = lookup.place;
        if (!parts.machines.holdsFiles(folder)) return [];
        return item.details.disks.map(({ file }) => ({ item: item.id, file: path.join(folder, file) }));
      } catch (error) {
        if (!isExpected(error)) throw error;
        return [];
      }
    })
  ).flat();
}

/** Two machines with one disk would each take the other's changes for their own, and a failback would write into both. */
async function requireOwnFiles(
  parts: EngineParts,
  id: string,
  property: string,
  { folder, disks }: Machine,
): Promise<void> {
  if (!parts.machines.holdsFiles(folder)) return;
  const linked = disks.filter((disk) => parts.files.facts(disk.path).linkCount > 1);
  // Images with one name belong to this machine alone, and no more has to be looked at.
  if (linked.length === 0) return;
  const others = (await imagesOfOthers(parts, id)).filter(({ file }) => parts.files.exists(file));
  for (const disk of linked) {
    const { inode, changedAtNs } = parts.files.facts(disk.path);
    const same = others.find(({ file }) => {
      const facts = parts.files.facts(file);
      return facts.inode === inode && facts.changedAtNs === changedAtNs;
    });
    if (same === undefined) continue;
    const what = said`its disk ${disk.id} is the same file as ${same.file} of ${nameOf(same.item)} (a hard link). Copy one of them to a file of
        its own.`;
    throw refuse(id, property, what);
  }
}

/** Throws what is missing, with the property to mend. */
export async function checkPrerequisites(
  parts: EngineParts,
  id: string,
  inputs: ItemInputs,
): Promise<Prerequisites> {
  requireThing(parts, id, "protection-container", ["protectionContainerName", parentOf(id)]);
  requirePolicy(parts, id, inputs);
  const machine = machineNamedBy(inputs);
  requireNoOtherItem(parts, id, machine);
  const found = await requireMachineNamed(parts, fabricOf(id), machine.name);
  requireNoOtherProtector(parts, id, found.place);
  // Before what a component is asked for: what no component can mend.
  const reasons = checkMachine(found.machine);
  if (reasons.length > 0) {
    const message = said`${found.machine.name} cannot be protected: ${reasons.join("; ")}.`;
    throw new SiteRecoveryError("UnsupportedMachine", message, { target: id, property: machine.property });
  }
  const flow = requireFlow(parts, id, inputs, found);
  checkComponents({ parts, itemId: id, inputs, flow, ...found }, "protect");
  const replicaStoreId = holderOf[flow.replicaHolder]({ parts, id, inputs, found });
  await requireOwnFiles(parts, id, machine.property, found.machine);
  recoveryNetworks(parts, { flow, fabricId: fabricOf(id) }, found.machine, inputs);
  return {
    ...found,
    flow,
    groupName: requireGroup(parts, id, inputs),
    disks: chosenDisks(id, found, inputs),
    replicaStoreId,
  };
}
