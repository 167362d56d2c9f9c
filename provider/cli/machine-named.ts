/** A machine that a command line names: by its folder, or by the protected item that it is. */
import fs from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { isHypervisorUri } from "../hypervisor-uri.ts";
import { itemNamed, openSession } from "./session.ts";

/** The absolute path of a folder that a person names; the place of a domain stays as it is. */
export function placeNamed(name: string): string {
  return isHypervisorUri(name) ? name : path.resolve(name);
}

/** The folder of a machine, or the place of a domain. An item means its machine at the side that it runs at. */
export async function machineFolderNamed(command: Command, name: string): Promise<string> {
  if (isHypervisorUri(name)) return placeNamed(name);
  const isPath = name.includes(path.sep) || fs.existsSync(path.join(name, "machine.yaml"));
  // An item may be named by its ARM id, which has slashes too.
  if (isPath && !name.toLowerCase().startsWith("/subscriptions/")) return placeNamed(name);
  const engine = await openSession(command);
  return engine.hosts.folderOf(itemNamed(engine, name));
}
