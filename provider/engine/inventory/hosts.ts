/** The registered hosts: whether they can be reached, and what they hold. */
import type { ServicesProviderInputs } from "../../kinds/services-provider.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf, notFound } from "./find-machine.ts";
import { protectedMachines } from "./protected-machines.ts";
import { type Discovery, protectableItems } from "./protectable-items.ts";
import { fabricOf } from "./inventories.ts";
import { filterInTurn } from "../../in-turn.ts";

export class Hosts {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  #inventoryOf(hostId: string): string | undefined {
    return findThing<ServicesProviderInputs>(this.#parts.store, hostId)?.inputs.inventoryFolder;
  }

  /** The machines of a site, or of all of them. Throws `NotFound` for a site that there is none of. */
  async protectableItems(siteName?: string): Promise<Discovery> {
    return protectableItems(this.#parts, siteName);
  }

  /** The folder of an item's machine at the side that it runs at. Throws `NotFound` if the machine is not there. */
  async folderOf(item: ProtectedItem): Promise<string> {
    const { recoveryMachine } = item.details;
    if (item.activeLocation === "recovery" && recoveryMachine !== undefined) return recoveryMachine.folder;
    const lookup = await findMachineOf(this.#parts, item);
    if (lookup.answer === "found") return lookup.place.folder;
    throw notFound(item, lookup);
  }

  /** How many of a host's machines are protected, each known by the id in its folder. */
  async protectedItemCount(hostId: string): Promise<number> {
    const inventory = this.#inventoryOf(hostId) ?? "";
    const protectedIn = protectedMachines(this.#parts, fabricOf(hostId));
    const { machines } = this.#parts;
    if (!(await machines.isReachable(inventory))) return 0;
    const names = await machines.list(inventory);
    const isProtected = async (name: string): Promise<boolean> => {
      const place = await machines.placeOf(inventory, name);
      return place !== undefined && (await protectedIn(hostId, place)) !== undefined;
    };
    return (await filterInTurn(names, isProtected)).length;
  }
}
