/** Which machine an item's is, once a failback may have made another one. */
import path from "node:path";
import type { EngineParts } from "../engine-parts.ts";
import type { ItemDetails } from "../../model/item.ts";

/**
 * The item's facts with the machine that is in a folder of a host; the one that it was before is a former one. A folder
 * without a mark changes nothing.
 */
export function machineAt(
  parts: EngineParts,
  details: ItemDetails,
  { folder, hostId }: { readonly folder: string; readonly hostId: string },
): ItemDetails {
  const machineId = parts.machines.markOf(folder)?.machineId;
  if (machineId === undefined) return details;
  const former = details.machine?.machineId;
  const formers =
    former === undefined || former === machineId ? [] : [...(details.formerMachines ?? []), former];
  return {
    ...details,
    machine: { hostId, machineId, folderName: path.basename(folder) },
    ...(formers.length === 0 ? {} : { formerMachines: formers }),
  };
}
