/** What differs between an inventory and what a lock has of it, in words. */
import { isDeepStrictEqual } from "node:util";
import { SiteRecoveryError } from "../errors.ts";
import type { MachineFacts } from "../machines/machine-facts.ts";
import type { LockedInventory, SeenInventory } from "./inventory-lock.ts";

function diskDifferences(live: MachineFacts, locked: MachineFacts): string[] {
  const before = new Map(locked.disks.map((disk) => [disk.id, disk]));
  const gone = locked.disks.filter(({ id }) => !live.disks.some((disk) => disk.id === id));
  return [
    ...live.disks.flatMap(({ id, role, sizeBytes }) => {
      const old = before.get(id);
      if (old === undefined) return [`the disk ${id} is not in the lock`];
      if (old.role !== role) return [`the disk ${id} has the role ${role}, and ${old.role} in the lock`];
      if (old.sizeBytes === sizeBytes) return [];
      return [`the disk ${id} has ${sizeBytes} bytes, and ${old.sizeBytes} in the lock`];
    }),
    ...gone.map(({ id }) => `the disk ${id} is in the lock only`),
  ];
}

/** Everything but disks, by the key of machine.yaml. */
const keys = [
  "name",
  "guestOs",
  "firmware",
  "cpus",
  "memoryMiB",
  "mobilityService",
  "storageClassification",
  "hasConsistencyCommands",
  "nics",
] as const satisfies readonly (keyof MachineFacts)[];

function machineDifferences(live: MachineFacts, locked: MachineFacts): string[] {
  const changed = keys.filter((key) => !isDeepStrictEqual(plain(live[key]), plain(locked[key])));
  return [...changed.map((key) => `${key} is another one in the lock`), ...diskDifferences(live, locked)];
}

/** The YAML reader's objects have no prototype. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** A sentence for each difference, beginning with the machine's name. A machine that cannot be read is left out. */
export function lockDifferences(live: SeenInventory, locked: LockedInventory["machines"]): string[] {
  const before = new Map(locked.map(({ folder, ...facts }) => [folder, facts]));
  const gone = locked.filter(({ folder }) => !live.names.includes(folder));
  return [
    ...live.names.flatMap((name) => {
      const old = before.get(name);
      if (old === undefined) return [`${name} is not in the lock`];
      try {
        return machineDifferences(live.read(name), old).map((text) => `${name}: ${text}`);
      } catch (error) {
        if (error instanceof SiteRecoveryError) return [];
        throw error;
      }
    }),
    ...gone.map(({ folder }) => `${folder} is in the lock only`),
  ];
}
