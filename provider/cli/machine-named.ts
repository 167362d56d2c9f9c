/** A machine that a command line names: by its folder, or by the protected item that it is. */
import fs from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { itemNamed, openSession } from "./session.ts";

/** The folder of a machine. An item means its machine at the side that it runs at. */
export async function machineFolderNamed(command: Command, name: string): Promise<string> {
  const isPath = name.includes(path.sep) || fs.existsSync(path.join(name, "machine.yaml"));
  // An item may be named by its ARM id, which has slashes too.
  if (isPath && !name.toLowerCase().startsWith("/subscriptions/")) return path.resolve(name);
  const engine = await openSession(command);
  return engine.hosts.folderOf(itemNamed(engine, name));
}
