/** What every command needs: the engine of the chosen home, and an item by its name. */
import fs from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { nameOf, sameId } from "../arm-id.ts";
import { connectEngine, engineHome } from "../connect.ts";
import type { Engine } from "../engine/engine.ts";
import type { ProtectedItem } from "../model/item.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { LogLevel } from "../log.ts";
import { nearestWord } from "../schemas/nearest.ts";
import type { JsonOutputs } from "./json/outputs.ts";

/** The engine that the command line means. Throws `NotFound` where there is none yet: a look must not make one. */
export async function openSession(command: Command): Promise<Engine> {
  const { home, logLevel } = command.optsWithGlobals<{ home?: string; logLevel?: LogLevel }>();
  const folder = engineHome(home);
  if (fs.existsSync(path.join(folder, "siterecovery.db"))) return connectEngine(home, logLevel);
  const message =
    `There is no engine in ${folder}. Run \`pulumi up\` (or \`npm start\`) first, or name its home with --home ` +
    "or SITERECOVERY_HOME.";
  throw new SiteRecoveryError("NotFound", message, { target: folder });
}

/** The item of a name or ARM id. Throws `NotFound`, listing those there are. */
export function itemNamed(engine: Engine, name: string): ProtectedItem {
  const items = engine.items();
  const found = items.filter((item) => sameId(item.id, name) || sameId(nameOf(item.id), name));
  if (found.length === 1) return found[0]!;
  const known = items.map((item) => nameOf(item.id)).join(", ") || "none";
  const message =
    found.length === 0
      ? `There is no protected item "${name}"${didYouMean(
          name,
          items.map((item) => nameOf(item.id)),
        )} There are: ${known}.`
      : `"${name}" names ${found.length} items; use the whole id:\n  ${found.map((item) => item.id).join("\n  ")}`;
  throw new SiteRecoveryError("NotFound", message, { target: name });
}

/** The end of a sentence about a name that is not there: the nearest one, when it is near. */
function didYouMean(written: string, names: readonly string[]): string {
  const nearest = nearestWord(written, names);
  return nearest === undefined ? "." : `; did you mean "${nearest}"?`;
}

/**
 * Ids of what keeps replicas, by these names or ids; of all without a name: storage accounts, master targets, storage
 * classifications and hosts. Throws `NotFound`.
 */
export function replicaHoldersNamed(engine: Engine, names: readonly string[] = []): string[] {
  const ids = engine.upkeep.holderIds();
  if (names.length === 0) return ids;
  const known = ids.map(nameOf);
  return names.flatMap((name) => {
    const found = ids.filter((id) => sameId(id, name) || sameId(nameOf(id), name));
    if (found.length > 0) return found;
    const message = `No target named "${name}" keeps replicas${didYouMean(name, known)} There are: ${known.join(", ") || "none"}.`;
    throw new SiteRecoveryError("NotFound", message, { target: name });
  });
}

/** Prints the result of a command as one JSON document. */
export function printJson<Name extends keyof JsonOutputs>(_name: Name, value: JsonOutputs[Name]): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints one of several results, a line each. */
export function printJsonLine<Name extends keyof JsonOutputs>(_name: Name, value: JsonOutputs[Name]): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
