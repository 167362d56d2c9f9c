/**
 * The parts of a site besides its protected machines: servers, hosts, folders and paths, as the settings name them.
 * Each has a health that is read off what is there now; nothing is polled, and nothing is kept. Handlers show it,
 * and jobs refuse a step whose part is missing or unhealthy.
 */
import path from "node:path";
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { FabricType } from "../../kinds/fabric.ts";
import type { KindName } from "../../kinds/kind.ts";
import type { NetworkPathInputs } from "../../kinds/network-path.ts";
import { kinds } from "../../kinds/registry.ts";
import { findThing, listThings, type Thing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { type HolderInputs, storeLocationOf } from "../store-locations.ts";
import { loadOf, type ServerLoad } from "./choose-process-server.ts";
import { fabricTypeOf } from "../inventory/fabric-type.ts";
import { pathProblem, requiredPorts } from "./network-paths.ts";
import { someInTurn } from "../../in-turn.ts";
import { plain, said } from "../../message.ts";
import { argumentName } from "../../kinds/argument-name.ts";

/** Kinds with a place where machines run, and the argument that names it. */
const inventoryKinds: readonly [KindName, string][] = [
  ["services-provider", "inventoryFolder"],
  ["host", "inventoryFolder"],
  ["vcenter", "inventoryFolder"],
];
/** Kinds with a folder where replicas, or data on its way to them, are kept, and the argument that names it. */
const storageKinds: readonly [KindName, string][] = [
  ["master-target", "storageFolder"],
  ["storage-classification", "folder"],
  ["process-server", "cacheFolder"],
];

interface NamedFolder {
  readonly thing: Thing;
  readonly folder: string;
}

/** A folder that a component needs. */
export interface WantedFolder {
  readonly property: string;
  readonly folder: string;
}

function contains(outer: string, inner: string): boolean {
  const way = path.relative(outer, inner);
  return way === "" || !(way === ".." || way.startsWith(`..${path.sep}`) || path.isAbsolute(way));
}

function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

export class Components {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** What sort of site a fabric is, or `undefined` if it is not declared. */
  fabricType(fabricId: string): FabricType | undefined {
    return fabricTypeOf(this.#parts, fabricId);
  }

  /** The VMM server or configuration server of a fabric; in a Hyper-V site, its first host. */
  providerOf(fabricId: string): Thing | undefined {
    return listThings(this.#parts.store, { kind: "services-provider", under: fabricId })[0];
  }

  /** Whether a folder can be reached now. */
  isThere(folder: string): boolean {
    return this.#parts.files.exists(folder);
  }

  /**
   * Folders of this computer, beside the home, that cycles, drills and failovers write to: those of machines, replicas and
   * caches. None of them is in another one.
   */
  writtenFolders(): string[] {
    const { store, home, machines } = this.#parts;
    const named = this.#folders([...inventoryKinds, ...storageKinds]).flatMap(({ folder }) =>
      machines.holdsFiles(folder) ? [folder] : [],
    );
    const stores = listThings<HolderInputs>(store, {}).flatMap((thing) => {
      const location = storeLocationOf(home, thing);
      return location !== undefined && "folder" in location ? [location.folder] : [];
    });
    const folders = [...new Set([...named, ...stores])].sort();
    const isInside = (folder: string): boolean =>
      [home.folder, ...folders].some((outer) => outer !== folder && contains(outer, folder));
    return folders.filter((folder) => !isInside(folder));
  }

  /** Whether an inventory, a folder or a hypervisor, answers now. */
  isReachable(inventory: string): Promise<boolean> {
    return this.#parts.machines.isReachable(inventory);
  }

  /** How many machines an inventory holds; one that does not answer has none. */
  async machineCount(inventory: string): Promise<number> {
    if (!(await this.isReachable(inventory))) return 0;
    return (await this.#parts.machines.list(inventory)).length;
  }

  /** ISO 8601: when a thing's settings were last written; a refresh without any change shows no other time. */
  lastSeen(id: string): string {
    return new Date(findThing(this.#parts.store, id)?.updatedAt ?? 0).toISOString();
  }

  /** `Critical` when a fabric has inventories and none of them can be reached, else `Normal`. */
  async fabricHealth(fabricId: string): Promise<"Normal" | "Critical"> {
    const folders = this.#folders(inventoryKinds, fabricId);
    const isLost = !(await someInTurn(folders, async ({ folder }) => this.isReachable(folder)));
    return folders.length > 0 && isLost ? "Critical" : "Normal";
  }

  /** The ports that a network path needs, and what keeps it from carrying what it is for. */
  pathState(fabricId: string, inputs: NetworkPathInputs): { ports: number[]; problem: string | undefined } {
    const ports = requiredPorts(inputs, this.fabricType(fabricId) ?? "HyperVSite");
    return { ports, problem: pathProblem(inputs, ports) };
  }

  /** What a process server has to do. */
  processServerLoad(id: string): ServerLoad {
    return loadOf(this.#parts, id);
  }

  /**
   * Throws `PrerequisitesNotMet` for an inventory folder that is not there, or that holds replicas, and for a hypervisor
   * that is another thing's. A folder that the thing has already may be away, and a hypervisor may not answer: its health
   * shows that, and its other settings can be changed meanwhile.
   */
  requireInventory(id: string, kind: KindName, wanted: WantedFolder): void {
    if (!this.#parts.machines.holdsFiles(wanted.folder)) return this.#requireOneHost(id, kind, wanted);
    if (this.#isKnownAndAway(id, wanted)) return;
    this.#requireFolder(id, kind, wanted);
    this.#requireApart(id, kind, wanted, storageKinds);
  }

  /** As `requireInventory`, for a storage folder; throws also for one that another thing uses. */
  requireStorage(id: string, kind: KindName, wanted: WantedFolder): void {
    if (this.#isKnownAndAway(id, wanted)) return;
    this.#requireFolder(id, kind, wanted);
    this.#requireApart(id, kind, wanted, [...inventoryKinds, ...storageKinds]);
  }

  #requireOneHost(id: string, kind: KindName, { property, folder: place }: WantedFolder): void {
    const other = this.#folders(inventoryKinds).find(
      ({ thing, folder }) => folder === place && !sameId(thing.id, id),
    );
    if (other === undefined) return;
    const message = said`The ${plain(kinds[kind].title)} ${nameOf(id)} cannot have the machines of ${place} (${plain(argumentName(property))}): they are those of the
        ${plain(kinds[other.thing.kind].title)} ${nameOf(other.thing.id)}. Declare it once.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: id, property });
  }

  #folders(from: readonly (readonly [KindName, string])[], under?: string): NamedFolder[] {
    return from.flatMap(([kind, argument]) =>
      listThings(this.#parts.store, { kind, ...(under === undefined ? {} : { under }) }).flatMap((thing) => {
        const folder = thing.inputs[argument];
        return typeof folder === "string" ? [{ thing, folder }] : [];
      }),
    );
  }

  #isKnownAndAway(id: string, { property, folder }: WantedFolder): boolean {
    return findThing(this.#parts.store, id)?.inputs[property] === folder && !this.isThere(folder);
  }

  #requireFolder(id: string, kind: KindName, { property, folder }: WantedFolder): void {
    if (this.isThere(folder)) return;
    const message = said`The ${plain(kinds[kind].title)} ${nameOf(id)} cannot be declared: its folder ${folder} (${plain(argumentName(property))}) does not
        exist. Make or mount it, or correct the path.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: id, property });
  }

  /** The engine would take replicas for machines, and a failback would write over what it reads. */
  #requireApart(
    id: string,
    kind: KindName,
    { property, folder }: WantedFolder,
    from: readonly (readonly [KindName, string])[],
  ): void {
    const real = this.#parts.files.realPath(folder);
    const realOf = (other: string): string =>
      this.isThere(other) ? this.#parts.files.realPath(other) : other;
    const found = this.#folders(from).find(
      (other) => !sameId(other.thing.id, id) && overlap(real, realOf(other.folder)),
    );
    if (!found) return;
    const message = said`The ${plain(kinds[kind].title)} ${nameOf(id)} cannot have the folder ${folder} (${plain(argumentName(property))}): it overlaps with
        ${found.folder} of the ${plain(kinds[found.thing.kind].title)} ${nameOf(found.thing.id)}. Choose a folder of its own.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: id, property });
  }
}
