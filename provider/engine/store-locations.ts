/**
 * Where replicas are kept. A storage account keeps them where its URL says, by default in the engine's home, a master
 * target in its storage folder (C-4, SEC-2), a storage classification in its folder, a Hyper-V host beside its machines.
 */
import path from "node:path";
import type { KindName } from "../kinds/kind.ts";
import type { StoreAddress } from "../store-address.ts";
import type { Thing } from "../store/things.ts";
import { locationOfAddress, type StoreLocation } from "../replica/store-location.ts";
import type { Home } from "./home.ts";

/** In a host's inventory; the dot keeps it apart from machines, whose names begin with a letter or digit. */
export const hostReplicas = ".replicas";

export interface HolderInputs extends Partial<StoreAddress> {
  readonly storageFolder?: string;
  readonly inventoryFolder?: string;
  readonly folder?: string;
}
type Holder = Pick<Thing<HolderInputs>, "id" | "kind" | "inputs">;
type LocationOf = (home: Home, thing: Holder) => StoreLocation | undefined;

/** Where each kind of holder keeps its store. A configuration server is a master target by default (C-4). */
const holders: Partial<Record<KindName, LocationOf>> = {
  "storage-account": (home, { id, inputs }) => accountLocation(home, id, inputs),
  "master-target": (_home, { inputs }) => inFolder(inputs.storageFolder),
  host: (_home, { inputs }) =>
    inFolder(inputs.inventoryFolder && path.join(inputs.inventoryFolder, hostReplicas)),
  "storage-classification": (_home, { inputs }) => inFolder(inputs.folder),
  "services-provider": (home, { id }) => ({ folder: home.masterTargetFolderOf(id) }),
};

function inFolder(folder: string | undefined): StoreLocation | undefined {
  return folder === undefined ? undefined : { folder };
}

/** Where a storage account keeps its store, as its settings say. */
export function accountLocation(home: Home, id: string, { url, ...settings }: HolderInputs): StoreLocation {
  if (url === undefined) return { folder: home.storageFolderOf(id) };
  return locationOfAddress({ ...settings, url }, home.spoolFolderOf(id));
}

/** Where the store of a thing is, or `undefined` if it holds none. */
export function storeLocationOf(home: Home, thing: Holder): StoreLocation | undefined {
  return holders[thing.kind]?.(home, thing);
}
