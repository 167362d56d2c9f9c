/**
 * The inventory lock: what the machines of a definition's inventories were when it was written, without their bytes. It is
 * committed beside the definition, so that the definition can be checked where the machines are not.
 */
import type { MachineFacts } from "../machines/machine-facts.ts";
import { readValidJson } from "../yaml/read-valid-json.ts";

/** The name by which a lock is found beside a definition. */
export const lockName = "inventory.lock.json";

/** An inventory that was looked into. */
export interface SeenInventory {
  /** The folder's real path, or its path as written if the folder is not here. */
  readonly folder: string;
  /** Names of the machines' folders. */
  readonly names: readonly string[];
  /** Throws a `SiteRecoveryError` if a machine or one of its disks cannot be read. */
  read(name: string): MachineFacts;
  /** The folder of that name if it is there and has no machine.yaml. */
  folderWithoutMachine?(name: string): string | undefined;
}

export interface LockedInventory {
  /** As the definition has it under `inventory` or `physicalServers`. */
  readonly folder: string;
  /** Sorted by the name of the machine's folder. */
  readonly machines: readonly (MachineFacts & { readonly folder: string })[];
}

export interface InventoryLock {
  readonly version: 1;
  readonly inventories: readonly LockedInventory[];
}

/** Throws a `DefinitionError` with everything that is wrong with the file. */
export function readLock(file: string): InventoryLock {
  return readValidJson<InventoryLock>(file, "inventory-lock");
}

export function lockText(lock: InventoryLock): string {
  return `${JSON.stringify(lock, undefined, 2)}\n`;
}
