/**
 * Which machine of a site is the one that an item protects. A name is no evidence: the machine is known by the id in
 * its folder and by the host that it was last seen on. The answer is one of four, and "no answer" is never "gone".
 */
import type { MachineIdentity } from "../../model/item.ts";
import { sameId } from "../../arm-id.ts";
import type { FoundMark } from "../../model/machine-mark.ts";
import type { EngineParts } from "../engine-parts.ts";
import { inventoriesOf, type Inventory } from "./inventories.ts";
import { filterInTurn } from "../../in-turn.ts";

/** What to look for. */
export interface WantedMachine {
  readonly machineName: string;
  /** Absent: the machine has not been seen since machines have ids, and is looked for by its name. */
  readonly machine?: MachineIdentity;
  /** Ids, or folders, of machines of that name that are known to be others. */
  readonly otherMachines?: readonly string[];
  /** Ids of machines that it was before a failback made it again elsewhere; off, they are no rivals. */
  readonly formerMachines?: readonly string[];
  /** Whether it runs at the recovery side: what is at its place meanwhile is its own only by its id. */
  readonly isAway?: boolean;
}

/** Where a machine is. */
export interface MachinePlace {
  readonly inventory: Inventory;
  /** The place of the machine, as the port `Machines` has it. */
  readonly folder: string;
  /** Its name in the inventory. */
  readonly name: string;
  readonly mark: FoundMark | undefined;
}

export type Lookup =
  | { readonly answer: "found"; readonly place: MachinePlace }
  /** Every host answered, and none has it. `others` have its name. */
  | { readonly answer: "gone"; readonly others: readonly MachinePlace[] }
  /** It may be on a host that does not answer. */
  | {
      readonly answer: "unknown";
      readonly silent: readonly Inventory[];
      readonly others: readonly MachinePlace[];
    }
  /** Several machines could be it: a person has to decide. */
  | { readonly answer: "duplicate"; readonly places: readonly MachinePlace[] };

async function placeOf(parts: EngineParts, inventory: Inventory, folder: string): Promise<MachinePlace> {
  const name = await parts.machines.nameAt(folder);
  return { inventory, folder, name, mark: await parts.machines.markOf(folder) };
}

/** The machine that an inventory has under a name. */
async function byName(parts: EngineParts, inventory: Inventory, name: string): Promise<MachinePlace[]> {
  const folder = await parts.machines.placeOf(inventory.folder, name);
  return folder === undefined ? [] : [await placeOf(parts, inventory, folder)];
}

/** All machines of an inventory; what is removed meanwhile is left out. */
async function allIn(parts: EngineParts, inventory: Inventory): Promise<MachinePlace[]> {
  const names = await parts.machines.list(inventory.folder);
  return (await Array.fromAsync(names, async (name) => byName(parts, inventory, name))).flat();
}

/** The inventories of a fabric, by whether they answer. */
export async function answeringOf(
  parts: EngineParts,
  inventories: readonly Inventory[],
): Promise<{ answering: Inventory[]; silent: Inventory[] }> {
  const answering = await filterInTurn(inventories, async ({ folder }) => parts.machines.isReachable(folder));
  return { answering, silent: inventories.filter((inventory) => !answering.includes(inventory)) };
}

/** The machines with an id whose mark was written where it is now, whatever their folders are called: no copies. */
async function originals(
  parts: EngineParts,
  inventories: readonly Inventory[],
  machineId: string,
): Promise<MachinePlace[]> {
  return (
    await Array.fromAsync(inventories, async (inventory) =>
      (await allIn(parts, inventory)).filter(({ mark }) => mark?.machineId === machineId && mark.isOriginal),
    )
  ).flat();
}

/** Whether a machine is one that the wanted machine was before a failback made it again elsewhere. */
export function isFormer(wanted: Pick<WantedMachine, "formerMachines">, { mark }: MachinePlace): boolean {
  return mark !== undefined && wanted.formerMachines?.includes(mark.machineId) === true;
}

/** A server that failed back is a VMware machine from then on (V2F-9); the physical one that it was is off. */
async function withoutFormerServers(
  parts: EngineParts,
  places: readonly MachinePlace[],
): Promise<readonly MachinePlace[]> {
  const isOffServer = async ({ inventory, folder }: MachinePlace): Promise<boolean> =>
    inventory.platform === "physical" && (await parts.machines.powerState(folder)) === "off";
  const others = await filterInTurn(places, async (place) => !(await isOffServer(place)));
  return others.length === 0 ? places : others;
}

function notFound(silent: readonly Inventory[], others: readonly MachinePlace[]): Lookup {
  return silent.length > 0 ? { answer: "unknown", silent, others } : { answer: "gone", others };
}

async function byNameAlone(
  parts: EngineParts,
  named: readonly MachinePlace[],
  silent: readonly Inventory[],
): Promise<Lookup> {
  const places = await withoutFormerServers(parts, named);
  if (places.length > 1) return { answer: "duplicate", places };
  return places[0] ? { answer: "found", place: places[0] } : notFound(silent, []);
}

/** All machines of a name on the hosts of a fabric that answer. */
export async function namesakes(
  parts: EngineParts,
  fabricId: string,
  machineName: string,
): Promise<MachinePlace[]> {
  const { answering } = await answeringOf(parts, inventoriesOf(parts, fabricId));
  return (
    await Array.fromAsync(answering, async (inventory) => byName(parts, inventory, machineName))
  ).flat();
}

/** All machines on the hosts that answer which have the wanted machine's name or carry its id, copies among them. */
export async function candidates(
  parts: EngineParts,
  fabricId: string,
  { machineName, machine }: Pick<WantedMachine, "machineName" | "machine">,
): Promise<MachinePlace[]> {
  const named = await namesakes(parts, fabricId, machineName);
  const { answering } = await answeringOf(parts, inventoriesOf(parts, fabricId));
  const carriers = (
    await Array.fromAsync(answering, async (inventory) =>
      (await allIn(parts, inventory)).filter(
        ({ mark }) => machine !== undefined && mark?.machineId === machine.machineId,
      ),
    )
  ).flat();
  return [...named, ...carriers.filter(({ folder }) => !named.some((place) => place.folder === folder))];
}

/** Looks at every host of a fabric that answers. */
export async function lookUpMachine(
  parts: EngineParts,
  fabricId: string,
  wanted: WantedMachine,
): Promise<Lookup> {
  const { answering, silent } = await answeringOf(parts, inventoriesOf(parts, fabricId));
  const isOther = async (place: MachinePlace): Promise<boolean> =>
    wanted.otherMachines?.some((other) => other === place.folder || other === place.mark?.machineId) ===
      true ||
    (isFormer(wanted, place) && (await parts.machines.powerState(place.folder)) === "off");
  const named = (
    await Array.fromAsync(answering, async (inventory) => byName(parts, inventory, wanted.machineName))
  ).flat();
  const { machine } = wanted;
  if (machine === undefined) {
    return byNameAlone(parts, await filterInTurn(named, async (place) => !(await isOther(place))), silent);
  }
  const isKnownHost = ({ id }: Inventory): boolean => sameId(id, machine.hostId);
  const isMine = ({ mark }: MachinePlace): boolean => mark?.machineId === machine.machineId;
  const renamed = (
    await Array.fromAsync(answering.filter(isKnownHost), async (inventory) =>
      byName(parts, inventory, machine.folderName),
    )
  )
    .flat()
    .filter((place) => isMine(place) && !named.some(({ folder }) => folder === place.folder));
  const near = [...named, ...renamed].filter(isMine);
  // A copy at the machine's place, and the machine itself under another name beside it, are two.
  const isSure = near.some(({ mark }) => mark?.isOriginal === true);
  const mine = isSure ? near : [...near, ...(await originals(parts, answering, machine.machineId))];
  const rivals = await filterInTurn(named, async (place) => !isMine(place) && !(await isOther(place)));
  if (mine.length > 1) return { answer: "duplicate", places: mine };
  if (mine[0]) {
    if (rivals.length > 0) return { answer: "duplicate", places: [mine[0], ...rivals] };
    // The id on another host, while its own host is silent: moved there, or copied? Only that host knows.
    const home = isKnownHost(mine[0].inventory) ? [] : silent.filter(isKnownHost);
    return home.length > 0
      ? { answer: "unknown", silent: home, others: mine }
      : { answer: "found", place: mine[0] };
  }
  // Its folder lost the mark, as by a restore of an older backup; where it was, it is the one of its name. While it is
  // away a way back would overwrite what another machine has there, unnoticed.
  const [unmarked] = rivals.filter(({ inventory, mark }) => mark === undefined && isKnownHost(inventory));
  if (unmarked && rivals.length === 1 && wanted.isAway !== true) return { answer: "found", place: unmarked };
  return notFound(silent, rivals);
}
