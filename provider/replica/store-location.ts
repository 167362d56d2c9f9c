/** Where a store is for the process that opens it: a folder of this computer, or object storage. */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { FolderObjects } from "../drivers/objects-folder/folder-objects.ts";
import { openObjects } from "../drivers/open-objects.ts";
import { openPastObjects } from "../drivers/open-past-objects.ts";
import { PastClaims } from "./past-claims.ts";
import type { ObjectsAddress } from "../ports/objects.ts";
import type { Objects } from "../ports/objects.ts";
import { FolderClaims } from "./folder-claims.ts";
import { ObjectClaims } from "./object-claims.ts";
import type { StorePlaces } from "./store-places.ts";
import { folderOf, placeOfAddress, type StoreAddress } from "../store-address.ts";
import { storeKeyName } from "./store-key.ts";

export type StoreLocation =
  | { readonly folder: string }
  | {
      readonly address: ObjectsAddress;
      /** A folder of this computer for files that are about to become objects. */
      readonly spoolFolder: string;
      /** Read as it was then, in milliseconds since 1970; nothing is written. */
      readonly asOf?: number;
    };

/** Where the store of an address is. Throws `InvalidInput`. */
export function locationOfAddress(address: StoreAddress, spoolFolder: string): StoreLocation {
  const place = placeOfAddress(address);
  const folder = folderOf(place);
  return folder === undefined ? { address: place, spoolFolder } : { folder };
}

/** What messages call a location. */
export function describeLocation(files: FileSystem, location: StoreLocation): string {
  return "folder" in location ? location.folder : placesAt(files, location).objects.place;
}

/** Looks at the objects of a location, and leaves no connection open. */
export async function withObjects<T>(
  files: FileSystem,
  location: StoreLocation,
  look: (objects: Objects) => Promise<T>,
): Promise<T> {
  const { objects } = placesAt(files, location);
  try {
    return await look(objects);
  } finally {
    await objects.close();
  }
}

/** What a store at a location stands on. `files`: the file system of this computer. */
export function placesAt(files: FileSystem, location: StoreLocation): StorePlaces {
  if ("folder" in location) return placesInFolder(files, location.folder);
  const spool = { files, folder: location.spoolFolder };
  if (location.asOf !== undefined) {
    const past = openPastObjects(location.address, location.asOf);
    return { objects: past, claims: new PastClaims(past.place), spool };
  }
  const objects = openObjects(location.address);
  return { objects, claims: new ObjectClaims(objects), spool };
}

/** What a store in a folder stands on. */
export function placesInFolder(files: FileSystem, folder: string): StorePlaces {
  return {
    objects: new FolderObjects(files, folder, storeKeyName),
    claims: new FolderClaims(files, folder),
    spool: { files, folder: path.join(folder, "spool") },
  };
}
