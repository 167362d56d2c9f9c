/** Gives machines their ids, and keeps with each item which machine is its own and where it was last seen. */
import { sameId } from "../../arm-id.ts";
import { isExpected } from "../../errors.ts";
import { randomUuid } from "../../random.ts";
import { listItems, putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import type { MachinePlace } from "../inventory/look-up-machine.ts";
import type { MachineIdentity } from "../../model/item.ts";
import { requireItem } from "../protected-item/require-item.ts";
import {
  isProtectedAs,
  otherProtector,
  protectorFor,
  requireNoOtherProtector,
  unmarkProtection,
} from "../inventory/machine-protector.ts";
import type { ProtectedItem } from "../../model/item.ts";

async function identityAt(parts: EngineParts, place: MachinePlace): Promise<MachineIdentity | undefined> {
  const mark = await parts.machines.markOf(place.folder);
  if (mark === undefined) return undefined;
  return {
    hostId: place.inventory.id,
    machineId: mark.machineId,
    folderName: place.name,
  };
}

/** An id that another item's machine has was copied with the folder. */
function isTaken(parts: EngineParts, itemId: string, machineId: string): boolean {
  return listItems(parts.store).some(
    ({ id, details }) => !sameId(id, itemId) && details.machine?.machineId === machineId,
  );
}

/**
 * Returns the identity of the machine that an item is to protect, marking its folder with an id and as protected by this
 * engine. Throws `ActionNotAllowed` if another engine protects it.
 */
export async function markMachine(
  parts: EngineParts,
  itemId: string,
  place: MachinePlace,
): Promise<MachineIdentity> {
  requireNoOtherProtector(parts, itemId, place);
  const known = await identityAt(parts, place);
  const protectedBy = protectorFor(parts, itemId);
  if (known === undefined || isTaken(parts, itemId, known.machineId)) {
    await parts.machines.setMark(place.folder, { machineId: randomUuid(parts.random), protectedBy });
  } else if (!isProtectedAs(parts, place.mark, itemId)) {
    await parts.machines.setMark(place.folder, { ...place.mark, machineId: known.machineId, protectedBy });
  }
  return (await identityAt(parts, place))!;
}

/**
 * Notes where the item's machine is now, and marks its folder again if it was restored, moved or never marked. What
 * cannot be found, or another engine protects, is left as it was noted. The caller holds the item's lease.
 */
export async function identifyMachine(parts: EngineParts, itemId: string): Promise<void> {
  const item = requireItem(parts, itemId);
  try {
    const lookup = await findMachineOf(parts, item);
    if (lookup.answer !== "found") return;
    const { place } = lookup;
    const { machine } = item.details;
    const isOthers = otherProtector(parts, place.mark) !== undefined;
    const isMarked = place.mark?.isOriginal === true && isProtectedAs(parts, place.mark, itemId);
    if (!isOthers && !isMarked) {
      const machineId = machine?.machineId ?? place.mark?.machineId ?? randomUuid(parts.random);
      const protectedBy = protectorFor(parts, itemId);
      await parts.machines.setMark(place.folder, { ...place.mark, machineId, protectedBy });
    }
    const seen = (await identityAt(parts, place))!;
    const isSame =
      machine !== undefined &&
      sameId(machine.hostId, seen.hostId) &&
      machine.machineId === seen.machineId &&
      machine.folderName === seen.folderName;
    if (!isSame) putItem(parts.store, { ...item, details: { ...item.details, machine: seen } });
  } catch (error) {
    // A folder that cannot be written or read keeps what is known of it; the action that needs it says why.
    if (!isExpected(error)) throw error;
  }
}

/**
 * Takes this engine's mark of protection off the machine of an item. Returns false if it cannot be found or written, so
 * that its mark may stay.
 */
export async function releaseMachine(parts: EngineParts, item: ProtectedItem): Promise<boolean> {
  try {
    const lookup = await findMachineOf(parts, item);
    if (lookup.answer === "gone") return true;
    if (lookup.answer !== "found") return false;
    await unmarkProtection(parts, lookup.place, item.id);
    return true;
  } catch (error) {
    if (isExpected(error) && error.code !== "LeaseLost") return false;
    throw error;
  }
}
