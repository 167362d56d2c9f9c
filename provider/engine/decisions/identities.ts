/** What people decide about machines where the engine must not guess. */
import { nameOf } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { randomUuid } from "../../random.ts";
import { addEvent } from "../../store/events.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf, namePlaces, notFound } from "../inventory/find-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { candidates, type MachinePlace } from "../inventory/look-up-machine.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { fenceSource } from "../gate/fence-source.ts";
import { withItem } from "../gate/with-item.ts";
import { adoptMove } from "./adopt-move.ts";
import { discardChanges } from "./discard-changes.ts";
import { markMachine } from "../identity/identify-machine.ts";
import { said } from "../../message.ts";
import {
  requireNoOtherProtector,
  takeOverMachine,
  unmarkProtection,
} from "../inventory/machine-protector.ts";

function record(parts: EngineParts, item: ProtectedItem, code: string, description: string): void {
  parts.store.transaction(() => {
    putItem(parts.store, item);
    addEvent(parts.store, {
      type: "VmHealth",
      code,
      severity: "Warning",
      description: `${nameOf(item.id)}: ${description}`,
      targetId: item.id,
      at: parts.clock.now(),
    });
  });
}

/** The gate to every action has looked for it already, and shut it down if it could: only why it could not is to be told. */
async function requireSeenOff(
  parts: EngineParts,
  item: ProtectedItem,
  place: MachinePlace,
  progress: Progress,
): Promise<void> {
  if ((await parts.machines.powerState(place.folder)) === "off") return;
  try {
    await fenceSource(parts, item.id, progress);
  } catch (error) {
    if (!isExpected(error)) throw error;
    const at = `on ${place.inventory.name} (${place.folder})`;
    const message = said`${item.details.machineName} runs ${at} and could not be shut down: ${error.message.replace(/\.$/, "")}.
        Shut it down there, or take away what forbids it, and run this again.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: item.id });
  }
}

async function confirmOff(
  parts: EngineParts,
  itemId: string,
  progress: Progress,
): Promise<"confirmed" | "seen off"> {
  const item = requireItem(parts, itemId);
  const { machineName } = item.details;
  if (item.activeLocation !== "recovery") {
    const message = said`${nameOf(itemId)} runs at the primary side, so it has no source that has to be off.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
  }
  const lookup = await findMachineOf(parts, item);
  if (lookup.answer === "duplicate") throw notFound(item, lookup);
  if (lookup.answer === "found") {
    await requireSeenOff(parts, item, lookup.place, progress);
    return "seen off";
  }
  const { isSourceUnfenced: _over, ...details } = item.details;
  const confirmed = { ...item, details: { ...details, sourceConfirmedOffAt: parts.clock.now() } };
  record(
    parts,
    confirmed,
    "SourceConfirmedOff",
    `a person said that its source ${machineName} is off for good`,
  );
  return "confirmed";
}

/** Which machine a person means. */
export interface MachineChoice {
  /** The host or vCenter server that has it. */
  readonly host: string;
  /** The name of its folder there; needed where the host has several that could be it. */
  readonly folder?: string;
}

/** Candidates with what tells them apart. */
function nameWithIds({ details }: ProtectedItem, places: readonly MachinePlace[]): string {
  const ids = ({ mark }: MachinePlace): string => {
    if (mark === undefined) return "without an id";
    return mark.machineId === details.machine?.machineId ? "with its id" : "with another id";
  };
  return places.map((place) => `${namePlaces([place])} ${ids(place)}`).join(", ");
}

/**
 * The machine that a person means. Throws `NotFound`, naming those there are, `DuplicateName` if the host has several,
 * and `InvalidInput` for other disks.
 */
async function chosen(
  parts: EngineParts,
  item: ProtectedItem,
  places: readonly MachinePlace[],
  { host, folder }: MachineChoice,
): Promise<MachinePlace> {
  const { machineName, disks } = item.details;
  const onHost = places.filter(({ inventory }) => inventory.name.toLowerCase() === host.toLowerCase());
  const meant = onHost.filter((place) => folder === undefined || place.name === folder);
  if (meant.length > 1) {
    const message = said`The host "${host}" has ${meant.length} machines that could be ${machineName}: ${nameWithIds(item, meant)}. Say which:
        \`siterecovery choose-machine ${nameOf(item.id)} --host ${host} --folder <name>\`.`;
    throw new SiteRecoveryError("DuplicateName", message, { target: item.id });
  }
  const [place] = meant;
  if (place === undefined) {
    const there =
      places.length === 0 ? "No host that answers has one." : `There is ${nameWithIds(item, places)}.`;
    const inFolder = folder === undefined ? "" : ` in a folder "${folder}"`;
    const message = said`The host "${host}" has no machine ${machineName}${inFolder}, or does not answer. ${there}`;
    throw new SiteRecoveryError("NotFound", message, { target: item.id });
  }
  const machine = await parts.machines.read(place.folder);
  const lacks = disks.find(({ id }) => !machine.disks.some((disk) => disk.id === id));
  if (lacks === undefined) return place;
  const message = said`${namePlaces([place])} has no disk "${lacks.id}", which is protected. Choose another machine, or protect this one as a new item.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: item.id });
}

async function choose(parts: EngineParts, itemId: string, choice: MachineChoice): Promise<MachinePlace> {
  const item = requireItem(parts, itemId);
  const places = await candidates(parts, fabricOf(itemId), item.details);
  const place = await chosen(parts, item, places, choice);
  const others = places.filter(({ folder }) => folder !== place.folder);
  requireNoOtherProtector(parts, itemId, place);
  // A copy has the other's id: from now on they are two.
  const isShared = others.some(({ mark }) => mark !== undefined && mark.machineId === place.mark?.machineId);
  if (isShared)
    await parts.machines.setMark(place.folder, { ...place.mark, machineId: randomUuid(parts.random) });
  const machine = await markMachine(parts, itemId, {
    ...place,
    mark: await parts.machines.markOf(place.folder),
  });
  for (const other of others) await unmarkProtection(parts, other, itemId);
  const otherMachines = others.map(({ folder, mark }) => mark?.machineId ?? folder);
  const details = { ...item.details, machine, otherMachines };
  record(
    parts,
    { ...item, details },
    "MachineChosen",
    `a person chose ${namePlaces([place])} as its machine`,
  );
  return place;
}

/** The decisions of an engine's people. */
export class Identities {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /**
   * Takes a person's word that a source which cannot be looked at is off for good. One that is found is shut down
   * instead. Throws `ActionNotAllowed` while the item runs at the primary side.
   */
  confirmSourceOff(itemId: string, progress: Progress): Promise<"confirmed" | "seen off"> {
    return withItem(this.#parts, itemId, "confirmation that the source is off", progress, async () =>
      confirmOff(this.#parts, itemId, progress),
    );
  }

  /**
   * Takes a person's word that what an item's disks at the primary side hold now may be overwritten by its way back. Returns
   * the ids of those disks. Throws `ActionNotAllowed` if none was changed.
   */
  discardPrimaryChanges(itemId: string, progress: Progress): Promise<readonly string[]> {
    return withItem(
      this.#parts,
      itemId,
      "decision about its disks at the primary side",
      progress,
      async () => {
        const { item, disks } = await discardChanges(this.#parts, itemId);
        const what = `a person said that its disks at the primary side may be overwritten: ${disks.join(", ")}`;
        record(this.#parts, item, "PrimaryChangesDiscarded", what);
        return Promise.resolve(disks);
      },
    );
  }

  /**
   * Makes a machine the item's own; others of its name or id are left alone from then on. Throws `NotFound`, and
   * `DuplicateName` if the choice fits several.
   */
  async chooseMachine(itemId: string, choice: MachineChoice, progress: Progress): Promise<void> {
    await withItem(this.#parts, itemId, "choice of the machine", progress, async () =>
      Promise.resolve(choose(this.#parts, itemId, choice)),
    );
  }

  /**
   * Makes a machine that another engine protects this engine's, by its folder. Returns the id of the engine that had it.
   * Throws `NotFound` for a folder without a machine, and `ActionNotAllowed` if no other engine protects it.
   */
  async takeOverMachine(folder: string): Promise<{ engineId: string; home: string }> {
    return takeOverMachine(this.#parts, folder);
  }

  /**
   * Takes over a machine that was moved after this database was written: the item is then where the machine is.
   * Throws `ActionNotAllowed` if there is no such move.
   */
  async adoptMachine(itemId: string): Promise<"primary" | "recovery"> {
    return adoptMove(this.#parts, itemId);
  }
}
