/** Looks at inventory folders for what a starting definition is made of. */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { machineFolders } from "../machines/machine-folders.ts";
import { machineProblems } from "../machines/check-machine.ts";
import { figure } from "../rules/limits.ts";
import { isOutside } from "./real-folder.ts";
import type { StartingPoint } from "./starting-definition.ts";

/** A legal name out of a folder's one. */
function nameFrom(folder: string, index: number): string {
  const name = path
    .basename(folder)
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name.length < 2 ? `host-${index + 1}` : name.slice(0, 60);
}

/**
 * Machines that can be protected, up to what one plan holds, by their networks; `left` says why others are left out.
 * Throws a `SiteRecoveryError` when a folder is not there.
 */
export function lookAround(
  folders: readonly string[],
  definition: string,
): StartingPoint & { readonly left: readonly string[] } {
  const drivers = machineFolders(localFileSystem);
  const from = path.dirname(path.resolve(definition));
  const [machines, networks, left] = [new Set<string>(), new Set<string>(), [] as string[]];
  const inventories = folders.map((folder, index) => {
    const absolute = path.resolve(folder);
    for (const name of drivers.list(absolute)) {
      try {
        const machine = drivers.read(path.join(absolute, name));
        const [problem] = machineProblems(machine);
        if (problem || machines.has(machine.name) || machines.size >= figure("planMachines")) {
          const why =
            problem?.reason ?? (machines.has(machine.name) ? "it is there twice" : "one plan holds no more");
          left.push(`${name}: ${why}`);
          continue;
        }
        machines.add(machine.name);
        for (const { network } of machine.nics) networks.add(network);
      } catch (error) {
        if (!(error instanceof SiteRecoveryError)) throw error;
        left.push(`${name}: ${error.message}`);
      }
    }
    const inner = isOutside(from, absolute) ? absolute : path.relative(from, absolute) || ".";
    return { name: nameFrom(absolute, index), folder: inner.split(path.sep).join("/") };
  });
  return { inventories, machines: [...machines], networks: [...networks], left };
}
