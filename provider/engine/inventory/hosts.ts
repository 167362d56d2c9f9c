/** The registered hosts: whether they can be reached, and what they hold. */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { ServicesProviderInputs } from "../../kinds/services-provider.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf, notFound } from "./find-machine.ts";
import { protectedMachines } from "./protected-machines.ts";
import { type Discovery, protectableItems } from "./protectable-items.ts";
import { fabricOf, inventoriesOf } from "./inventories.ts";
import { said } from "../../message.ts";
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

  /** How many of a host's machines are protected, each known by the id in its folder. */
  async protectedItemCount(hostId: string): Promise<number> {
    const inventory = this.#inventoryOf(hostId) ?? "";
    const protectedIn = protectedMachines(this.#parts, fabricOf(hostId));
    const names = await this.#parts.machines.list(inventory);
    return (
      await filterInTurn(
        names,
        async (name) => (await protectedIn(hostId, path.join(inventory, name))) !== undefined,
      )
    ).length;
  }

  /** `Normal`, or `Critical` when none of a fabric's hosts can be reached. */
  fabricHealth(fabricId: string): string {
    const inventories = inventoriesOf(this.#parts, fabricId);
    const reachable = inventories.filter(({ folder }) => this.#parts.files.exists(folder));
    return inventories.length === 0 || reachable.length > 0 ? "Normal" : "Critical";
  }
}
