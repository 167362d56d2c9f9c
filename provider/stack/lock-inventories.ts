/** Makes the inventory lock of definitions, where their machines are. */
import path from "node:path";
import { SiteRecoveryError } from "../errors.ts";
import { isHypervisorUri } from "../hypervisor-uri.ts";
import { Findings } from "./findings.ts";
import type { InventoryLock, LockedInventory } from "./inventory-lock.ts";
import { liveView } from "./inventory-view.ts";
import { readFiles } from "./read-files.ts";
import { inventoriesOf } from "./site-parts.ts";
import type { StackSite } from "./stack-site.ts";
import { said } from "../message.ts";

export interface MadeLock {
  readonly lock: InventoryLock;
  /** Machines that cannot be read, each with the reason. They are not in the lock. */
  readonly left: readonly string[];
}

/**
 * All machines of the inventories that the definitions name, sorted. Throws a `DefinitionError` if a definition cannot be read,
 * or if one of its inventories is not there.
 */
export function lockInventories(files: readonly string[]): MadeLock {
  const folders = new Set(files.map((file) => path.dirname(path.resolve(file))));
  if (folders.size > 1) {
    const message = said`The definitions are in several folders, and a lock is for those of one. Write a lock for each folder.`;
    throw new SiteRecoveryError("InvalidInput", message);
  }
  const inventories = new Map<string, LockedInventory>();
  const left: string[] = [];
  for (const file of files) {
    const absolute = path.resolve(file);
    const { value, source } = readFiles(absolute);
    const view = liveView(path.dirname(absolute));
    const findings = new Findings(source);
    for (const [index, site] of (value.sites as readonly StackSite[]).entries()) {
      for (const { folder, path: inSite } of inventoriesOf(site)) {
        // No check asks a hypervisor.
        if (isHypervisorUri(folder)) continue;
        const seen = view.see(folder, (rule, message) =>
          findings.add(rule, ["sites", index, ...inSite], message),
        );
        const machines = (seen?.names ?? []).flatMap((name): LockedInventory["machines"] => {
          try {
            return [{ folder: name, ...seen!.read(name) }];
          } catch (error) {
            if (!(error instanceof SiteRecoveryError)) throw error;
            left.push(`${folder}/${name}: ${error.message}`);
            return [];
          }
        });
        inventories.set(folder, { folder, machines });
      }
    }
    findings.settle();
  }
  return { lock: { version: 1, inventories: [...inventories.values()] }, left };
}
