/** The registered hosts: whether they can be reached, and what they hold. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { ServicesProviderInputs } from "../../kinds/services-provider.ts";
import { findItem } from "../../store/protected-items.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ItemDetails } from "../protected-item/item.ts";
import { listItemThings } from "../protected-item/item-things.ts";
import type { ItemState } from "../protected-item/states.ts";
import { type Discovery, protectableItems } from "./protectable-items.ts";
import { fabricOf, inventoriesOf } from "./inventories.ts";
import { said } from "../../message.ts";

export class Hosts {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  #inventoryOf(hostId: string): string | undefined {
    return findThing<ServicesProviderInputs>(this.#parts.store, hostId)?.inputs.inventoryFolder;
  }

  /** The machines of a site, or of all of them. Throws `NotFound` for a site that there is none of. */
  protectableItems(siteName?: string): Discovery {
    return protectableItems(this.#parts, siteName);
  }

  isReachable(hostId: string): boolean {
    const folder = this.#inventoryOf(hostId);
    return folder !== undefined && this.#parts.files.exists(folder);
  }

  /** Throws `PrerequisitesNotMet` when a host's inventory folder is not there. */
  requireInventory(hostId: string, folder: string | undefined): void {
    if (folder !== undefined && this.#parts.files.exists(folder)) return;
    const message = said`The host ${nameOf(hostId)} cannot be registered: its inventory folder ${folder ?? ""} does not exist.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, {
      target: hostId,
      property: "inventoryFolder",
    });
  }

  /** How many of a host's machines are protected. */
  protectedItemCount(hostId: string): number {
    const names = new Set(this.#parts.machines.list(this.#inventoryOf(hostId) ?? ""));
    const items = listItemThings(this.#parts, { under: fabricOf(hostId) });
    return items.filter(({ id }) => {
      const item = findItem<ItemState, ItemDetails>(this.#parts.store, id);
      return item !== undefined && names.has(item.details.machineName);
    }).length;
  }

  /** `Normal`, or `Critical` when none of a fabric's hosts can be reached. */
  fabricHealth(fabricId: string): string {
    const inventories = inventoriesOf(this.#parts, fabricId);
    const reachable = inventories.filter(({ folder }) => this.#parts.files.exists(folder));
    return inventories.length === 0 || reachable.length > 0 ? "Normal" : "Critical";
  }
}
