/** Which of a site's machines are protected, and as which item. */
import { sameId } from "../../arm-id.ts";
import { isExpected } from "../../errors.ts";
import type { FoundMark } from "../../model/machine-mark.ts";
import { listItems } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { fabricOf } from "./inventories.ts";

/** A mark that cannot be read says nothing here; the action that needs it says so. */
async function markOf(parts: EngineParts, folder: string): Promise<FoundMark | undefined> {
  try {
    return await parts.machines.markOf(folder);
  } catch (error) {
    if (isExpected(error)) return undefined;
    throw error;
  }
}

/**
 * Returns a function that says as which item of a fabric a machine is protected, by its host and folder. A machine is known
 * by the id in its folder, a copy of it is another machine. One without an id is known by its place, or by its name while
 * the item has not seen its machine's id.
 */
export function protectedMachines(
  parts: EngineParts,
  fabricId: string,
): (hostId: string, folder: string) => Promise<ProtectedItem | undefined> {
  const items = listItems(parts.store).filter(({ id }) => sameId(fabricOf(id), fabricId));
  const byId = new Map(items.map((item) => [item.details.machine?.machineId, item]));
  return async (hostId, folder) => {
    if (items.length === 0) return undefined;
    const name = await parts.machines.nameAt(folder);
    const isHere = ({ details: { machine, machineName } }: ProtectedItem): boolean =>
      machine === undefined
        ? machineName.toLowerCase() === name.toLowerCase()
        : sameId(machine.hostId, hostId) && machine.folderName === name;
    const mark = await markOf(parts, folder);
    if (mark === undefined) return items.find(isHere);
    const known = byId.get(mark.machineId);
    if (known !== undefined && (mark.isOriginal || isHere(known))) return known;
    return items.find((item) => item.details.machine === undefined && isHere(item));
  };
}
