/** Which machine an item's is, once a failback may have made another one. */
import type { EngineParts } from "../engine-parts.ts";
import type { ItemDetails } from "../../model/item.ts";

/** Which machine an item's is. */
export type MachineFacts = Pick<ItemDetails, "machine" | "formerMachines">;

/**
 * The machine that is in a folder of a host, and as a former one that which the item had before. A folder without a mark
 * says nothing.
 */
export async function machineAt(
  parts: EngineParts,
  details: ItemDetails,
  { folder, hostId }: { readonly folder: string; readonly hostId: string },
): Promise<MachineFacts> {
  const machineId = (await parts.machines.markOf(folder))?.machineId;
  if (machineId === undefined) return {};
  const former = details.machine?.machineId;
  const formers =
    former === undefined || former === machineId ? [] : [...(details.formerMachines ?? []), former];
  return {
    machine: { hostId, machineId, folderName: await parts.machines.nameAt(folder) },
    ...(formers.length === 0 ? {} : { formerMachines: formers }),
  };
}
