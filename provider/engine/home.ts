/**
 * Where things lie in the engine's home folder:
 *
 *     siterecovery.db             settings, item states, jobs (metadata only)
 *     keys/<holder>.key           the key that wraps the data key of a store of replicas, owner-readable only
 *     keys/<holder>.store         the id of the store that was made for it, so that one that went away is missed
 *     storage/<account>/          replicas of a storage account: segments and recovery points, encrypted
 *     spool/<holder>/             files that are about to go to object storage
 *     master-targets/<fabric>/    replicas on the master target that a configuration server is by default
 *     caches/<server>/           what waits in the cache of a process server that has no folder of its own
 *     azure/<group>/<machine>/    replica machines that failovers and drills made
 *     keys/<group>.<vault>.signing    the key that signs the reports of a vault's drills, owner-readable only
 *     drill-reports/<group>.<vault>/  the reports of a vault's drills, numbered, as JSON and as HTML
 *
 * Names come from checked arguments (letters, digits, hyphens), never from raw paths.
 */
import path from "node:path";
import { nameOf, parentOf } from "../arm-id.ts";
import { assert } from "../errors.ts";

export interface Home {
  readonly folder: string;
  readonly storeFile: string;
  keyFileOf(holderId: string): string;
  /** Where a new key is until the store is locked with it. */
  nextKeyFileOf(holderId: string): string;
  witnessFileOf(holderId: string): string;
  storageFolderOf(storageAccountId: string): string;
  /** Where files are prepared that become objects of object storage. */
  spoolFolderOf(holderId: string): string;
  masterTargetFolderOf(configurationServerId: string): string;
  cacheFolderOf(processServerId: string): string;
  machineFolderOf(resourceGroupName: string, machineName: string): string;
  /** The key that signs the reports of a vault's drills. */
  signingKeyFileOf(vaultId: string): string;
  /** Where the reports of a vault's drills are. */
  drillReportsFolderOf(vaultId: string): string;
}

function safeName(name: string): string {
  assert(/^[\w.()-]+$/.test(name) && !/^\.+$/.test(name), `"${name}" cannot name a folder`);
  return name.toLowerCase();
}

/** Storage accounts have names of their own; what is in a fabric is distinguished by the fabric's. */
function keyNameOf(holderId: string): string {
  const name = safeName(nameOf(holderId));
  const inFabric = /\/replicationFabrics\/[^/]+\/(\w+)\/[^/]+$/i.exec(holderId);
  return inFabric ? `${safeName(nameOf(parentOf(holderId)))}.${inFabric[1]!.toLowerCase()}.${name}` : name;
}

/** Vaults of two resource groups may have one name. */
function vaultNameOf(vaultId: string): string {
  const group = /\/resourceGroups\/([^/]+)\//i.exec(vaultId)?.[1] ?? "";
  return `${safeName(group)}.${safeName(nameOf(vaultId))}`;
}

export function homeAt(folder: string): Home {
  return {
    folder,
    storeFile: path.join(folder, "siterecovery.db"),
    keyFileOf: (id) => path.join(folder, "keys", `${keyNameOf(id)}.key`),
    nextKeyFileOf: (id) => path.join(folder, "keys", `${keyNameOf(id)}.key.next`),
    witnessFileOf: (id) => path.join(folder, "keys", `${keyNameOf(id)}.store`),
    storageFolderOf: (id) => path.join(folder, "storage", safeName(nameOf(id))),
    spoolFolderOf: (id) => path.join(folder, "spool", keyNameOf(id)),
    masterTargetFolderOf: (id) => path.join(folder, "master-targets", safeName(nameOf(parentOf(id)))),
    cacheFolderOf: (id) => path.join(folder, "caches", keyNameOf(id)),
    signingKeyFileOf: (id) => path.join(folder, "keys", `${vaultNameOf(id)}.signing`),
    drillReportsFolderOf: (id) => path.join(folder, "drill-reports", vaultNameOf(id)),
    machineFolderOf: (group, name) => path.join(folder, "azure", safeName(group), safeName(name)),
  };
}
