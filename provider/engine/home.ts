/**
 * Where things lie in the engine's home folder:
 *
 *     siterecovery.db             settings, item states, jobs (metadata only)
 *     keys/<account>.key          the key that wraps a storage account's data key, owner-readable only
 *     storage/<account>/          replicas of a storage account: segments and recovery points, encrypted
 *     azure/<group>/<machine>/    replica machines that failovers and drills made
 *
 * Names come from checked arguments (letters, digits, hyphens), never from raw paths.
 */
import path from "node:path";
import { nameOf } from "../arm-id.ts";
import { assert } from "../errors.ts";

export interface Home {
  readonly folder: string;
  readonly storeFile: string;
  keyFileOf(storageAccountId: string): string;
  /** Where a new key lies until the store is locked with it. */
  nextKeyFileOf(storageAccountId: string): string;
  storageFolderOf(storageAccountId: string): string;
  machineFolderOf(resourceGroupName: string, machineName: string): string;
}

function safeName(name: string): string {
  assert(/^[\w.()-]+$/.test(name) && !/^\.+$/.test(name), `"${name}" cannot name a folder`);
  return name.toLowerCase();
}

export function homeAt(folder: string): Home {
  return {
    folder,
    storeFile: path.join(folder, "siterecovery.db"),
    keyFileOf: (id) => path.join(folder, "keys", `${safeName(nameOf(id))}.key`),
    nextKeyFileOf: (id) => path.join(folder, "keys", `${safeName(nameOf(id))}.key.next`),
    storageFolderOf: (id) => path.join(folder, "storage", safeName(nameOf(id))),
    machineFolderOf: (group, name) => path.join(folder, "azure", safeName(group), safeName(name)),
  };
}
