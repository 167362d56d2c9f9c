/**
 * What must be there before a machine can be protected (HW-1): the machine on a registered host, on the support
 * matrix (C-8), a policy that is mapped to its container, storage and network (C-7). Changes nothing.
 */
import { nameOf, parentOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { ContainerMappingInputs } from "../../kinds/container-mapping.ts";
import type { KindName } from "../../kinds/kind.ts";
import type { PolicyInputs } from "../../kinds/policy.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import { checkMachine } from "../../machines/check-machine.ts";
import { findThing, listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricOf, type FoundMachine, requireMachine } from "../inventory/find-machine.ts";
import { recoveryNetworks } from "../inventory/recovery-networks.ts";
import type { ItemDisk } from "../protected-item/item.ts";

export interface Prerequisites extends FoundMachine {
  readonly disks: readonly ItemDisk[];
  readonly storageAccountId: string;
}

function refuse(id: string, property: string, what: string): SiteRecoveryError {
  const message = `${nameOf(id)} cannot be protected: ${what}`;
  return new SiteRecoveryError("PrerequisitesNotMet", message, { target: id, property });
}

function requireThing(parts: EngineParts, id: string, kind: KindName, reference: [string, string]): void {
  const [property, referredId] = reference;
  if (findThing(parts.store, referredId)?.kind === kind) return;
  const message =
    `${nameOf(id)} needs ${property}, and there is no ${kind.replace("-", " ")} ${referredId}. ` +
    "Declare it, and let this resource depend on it.";
  throw new SiteRecoveryError("MissingReference", message, { target: id, property });
}

function requirePolicy(parts: EngineParts, id: string, inputs: ProtectedItemInputs): void {
  const policyId = inputs.properties?.policyId ?? "";
  requireThing(parts, id, "policy", ["properties.policyId", policyId]);
  const container = parentOf(id);
  const mappings = listThings<ContainerMappingInputs>(parts.store, {
    kind: "container-mapping",
    under: container,
  });
  const mapped = mappings.some(({ inputs: mapping }) => sameId(mapping.properties?.policyId ?? "", policyId));
  if (mapped) return;
  const what =
    `the policy ${nameOf(policyId)} is not mapped to its container ${nameOf(container)}. ` +
    "Declare a ReplicationProtectionContainerMapping of the two.";
  throw refuse(id, "properties.policyId", what);
}

function requireStorage(parts: EngineParts, id: string, inputs: ProtectedItemInputs): string {
  const property = "properties.providerSpecificDetails.targetStorageAccountId";
  const accountId = inputs.properties?.providerSpecificDetails?.targetStorageAccountId ?? "";
  requireThing(parts, id, "storage-account", [property, accountId]);
  const policy = findThing<PolicyInputs>(parts.store, inputs.properties?.policyId ?? "");
  const allowed = policy?.inputs.properties?.providerSpecificInput?.storageAccounts ?? [];
  if (allowed.length === 0 || allowed.some((other) => sameId(other, accountId))) return accountId;
  const names = allowed.map(nameOf).join(", ");
  throw refuse(id, property, `its policy allows only the storage accounts ${names}.`);
}

function chosenDisks(id: string, found: FoundMachine, inputs: ProtectedItemInputs): ItemDisk[] {
  const chosen = inputs.properties?.providerSpecificDetails?.disksToInclude;
  const unknownDisk = chosen?.find((diskId) => !found.machine.disks.some((disk) => disk.id === diskId));
  if (unknownDisk !== undefined) {
    const names = found.machine.disks.map((disk) => disk.id).join(", ");
    const what = `it has no disk "${unknownDisk}". Its disks: ${names}.`;
    throw refuse(id, "properties.providerSpecificDetails.disksToInclude", what);
  }
  return found.machine.disks
    .filter((disk) => chosen === undefined || chosen.includes(disk.id))
    .map((disk) => ({ id: disk.id, file: disk.file, sizeBytes: disk.sizeBytes }));
}

/** Throws what is missing, with the property to mend. */
export function checkPrerequisites(
  parts: EngineParts,
  id: string,
  inputs: ProtectedItemInputs,
): Prerequisites {
  requireThing(parts, id, "protection-container", ["protectionContainerName", parentOf(id)]);
  requirePolicy(parts, id, inputs);
  const storageAccountId = requireStorage(parts, id, inputs);
  const found = requireMachine(parts, fabricOf(id), nameOf(inputs.properties?.protectableItemId ?? ""));
  const reasons = checkMachine(found.machine);
  if (reasons.length > 0) {
    const message = `${found.machine.name} cannot be protected: ${reasons.join("; ")}.`;
    throw new SiteRecoveryError("UnsupportedMachine", message, {
      target: id,
      property: "properties.protectableItemId",
    });
  }
  recoveryNetworks(parts, fabricOf(id), found.machine, inputs);
  return { ...found, disks: chosenDisks(id, found, inputs), storageAccountId };
}
