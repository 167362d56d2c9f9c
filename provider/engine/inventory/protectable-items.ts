/** Discovery: the machines of all inventories, what keeps one from being protected, and which are protected already. */
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { checkMachine } from "../../machines/check-machine.ts";
import type { Machine } from "../../ports/machines.ts";
import { listThings } from "../../store/things.ts";
import { DefinitionError } from "../../yaml/definition-error.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Platform } from "../../model/flows.ts";
import { filterInTurn } from "../../in-turn.ts";
import { said } from "../../message.ts";
import { inventoriesOf, type Inventory } from "./inventories.ts";
import { protectedMachines } from "./protected-machines.ts";

export interface ProtectableItem {
  readonly name: string;
  readonly siteId: string;
  /** The host, vCenter server or configuration server that has it. */
  readonly holderName: string;
  readonly platform: Platform;
  /** Such as `Ubuntu 22.04`; absent where its machine.yaml cannot be read. */
  readonly guestOs: string | undefined;
  readonly disks: readonly { readonly id: string; readonly sizeBytes: number }[];
  readonly protectedItemId: string | undefined;
  /** Why it cannot be protected (C-8), as sentences; none when it can. */
  readonly problems: readonly string[];
}

export interface Discovery {
  readonly items: readonly ProtectableItem[];
  /** Hosts and servers that could not be looked into. */
  readonly unreachable: readonly { readonly name: string; readonly folder: string }[];
}

async function read(
  parts: EngineParts,
  folder: string,
): Promise<{ machine?: Machine; problems: readonly string[] }> {
  try {
    const machine = await parts.machines.read(folder);
    return { machine, problems: checkMachine(machine) };
  } catch (error) {
    if (error instanceof DefinitionError) return { problems: error.findings.map(({ message }) => message) };
    if (error instanceof SiteRecoveryError) return { problems: [error.message] };
    throw error;
  }
}

async function itemsOf(parts: EngineParts, siteId: string, inventory: Inventory): Promise<ProtectableItem[]> {
  const protectedAs = protectedMachines(parts, siteId);
  return await Array.fromAsync(await parts.machines.list(inventory.folder), async (name) => {
    const folder = (await parts.machines.placeOf(inventory.folder, name))!;
    const { machine, problems } = await read(parts, folder);
    return {
      name: machine?.name ?? name,
      siteId,
      holderName: inventory.name,
      platform: inventory.platform,
      guestOs: machine && `${machine.guestOs.name} ${machine.guestOs.version}`,
      disks: (machine?.disks ?? []).map(({ id, sizeBytes }) => ({ id, sizeBytes })),
      protectedItemId: (await protectedAs(inventory.id, folder))?.id,
      problems,
    };
  });
}

/** The machines of a site, or of all of them. Throws `NotFound` for a site that there is none of. */
export async function protectableItems(parts: EngineParts, siteName?: string): Promise<Discovery> {
  const fabrics = listThings(parts.store, { kind: "fabric" }).map(({ id }) => id);
  const chosen = fabrics.filter(
    (id) =>
      siteName === undefined || nameOf(id).toLowerCase() === siteName.toLowerCase() || sameId(id, siteName),
  );
  if (siteName !== undefined && chosen.length === 0) {
    const known = fabrics.map(nameOf).join(", ") || "none";
    const message = said`There is no site "${siteName}". There are: ${known}.`;
    throw new SiteRecoveryError("NotFound", message, { target: siteName });
  }
  const inventories = chosen.flatMap((id) =>
    inventoriesOf(parts, id).map((inventory) => ({ id, inventory })),
  );
  const there = await filterInTurn(inventories, async ({ inventory }) =>
    parts.machines.isReachable(inventory.folder),
  );
  return {
    items: (await Array.fromAsync(there, async ({ id, inventory }) => itemsOf(parts, id, inventory))).flat(),
    unreachable: inventories
      .filter((one) => !there.includes(one))
      .map(({ inventory: { name, folder } }) => ({ name, folder })),
  };
}
