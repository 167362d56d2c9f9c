/**
 * Never two active sides (HW-5a): an unplanned failover shuts the source down when it can be reached. A source that was
 * lost is remembered until it was seen off, or a person says that it is. Each action on the item looks for it first and
 * shuts down what runs beside the active machine: the source, or a machine that the item had before a failback.
 */
import { nameOf } from "../../arm-id.ts";
import { isExpected } from "../../errors.ts";
import { addEvent } from "../../store/events.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../../model/flows.ts";
import { carriersOf, findFormers, findMachineOf } from "../inventory/find-machine.ts";
import type { MachinePlace } from "../inventory/look-up-machine.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { noteLeft } from "../identity/changed-primary.ts";

/** A source that may run beside its replica: of a migration only by the user's own choice, which is left alone. */
function mustBeOff({ activeLocation, details }: ProtectedItem): boolean {
  if (activeLocation !== "recovery") return false;
  return flows[details.flow].purpose === "protection" || details.isSourceUnfenced === true;
}

async function stop(
  parts: EngineParts,
  item: ProtectedItem,
  place: MachinePlace,
  progress: Progress,
): Promise<void> {
  if ((await parts.machines.powerState(place.folder)) === "off") return;
  await parts.machines.shutDown(place.folder);
  const at = `on ${place.inventory.name} (${place.folder})`;
  progress.report(`${item.details.machineName} was found running ${at} and was shut down there`);
  addEvent(parts.store, {
    type: "VmHealth",
    code: "SecondActiveMachineShutDown",
    severity: "Critical",
    description: `${nameOf(item.id)}: a second machine ran ${at} and was shut down; what it wrote meanwhile is on its disks only`,
    targetId: item.id,
    at: parts.clock.now(),
  });
}

/** Shuts down what runs beside the active machine. The caller holds the item's lease. Throws as the machines do. */
export async function fenceSource(parts: EngineParts, itemId: string, progress: Progress): Promise<void> {
  const item = requireItem(parts, itemId);
  for (const place of await findFormers(parts, item)) await stop(parts, item, place, progress);
  if (!mustBeOff(item)) return;
  const lookup = await findMachineOf(parts, item);
  for (const place of carriersOf(lookup, item)) {
    // What it wrote while its replica ran is on its disks only: before it is off, it is known that it ran.
    const ran = (await parts.machines.powerState(place.folder)) !== "off";
    if (ran && item.details.primaryLeft === undefined) noteLeft(parts, item, {});
    await stop(parts, item, place, progress);
  }
  if (lookup.answer !== "found") return;
  const seen = requireItem(parts, itemId);
  const { isSourceUnfenced, sourceConfirmedOffAt, ...details } = seen.details;
  if (isSourceUnfenced === undefined && sourceConfirmedOffAt === undefined) return;
  putItem(parts.store, { ...seen, details });
}

/** The same before an action, which what cannot be found or shut down does not keep from its work: it stays remembered. */
export async function fenceLostSource(parts: EngineParts, itemId: string, progress: Progress): Promise<void> {
  try {
    await fenceSource(parts, itemId, progress);
  } catch (error) {
    if (!isExpected(error)) throw error;
    const { machineName } = requireItem(parts, itemId).details;
    progress.report(`a second ${machineName} may run beside its machine: ${error.message}`);
  }
}
