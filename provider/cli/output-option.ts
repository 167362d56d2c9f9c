/**
 * Options that name a file for a command to write. What an engine or a machine needs is never overwritten, whether the
 * command has `--overwrite`, `--force` or neither of them: the check runs while the command line is read.
 */
import fs from "node:fs";
import path from "node:path";
import { Option } from "commander";
import { SiteRecoveryError } from "../errors.ts";

/** The flags of an option whose value is such a file, or a folder of them, as commander reads them: `--to <file>`. */
export class OutputOption extends Option {
  constructor(flags: string, description: string) {
    super(flags, description);
    this.argParser((file: string) => {
      requireOutput(file);
      return file;
    });
  }
}

/** A folder whose files are written by the engine or by a machine alone. */
interface Owned {
  /** `the folder of machine web1`. */
  readonly what: string;
  readonly folder: string;
}

const has = (folder: string, ...names: readonly string[]): boolean =>
  names.some((name) => fs.existsSync(path.join(folder, name)));

/** A home whose database is lost still has the keys. */
function hasKeys(folder: string): boolean {
  try {
    return fs.readdirSync(path.join(folder, "keys")).some((name) => name.endsWith(".store"));
  } catch {
    return false;
  }
}

/** Each process has a folder in the cache, by its identity, with a file that it renews. */
function isCache(folder: string): boolean {
  if (has(folder, "alive.lock")) return true;
  try {
    const names = fs.readdirSync(folder).filter((name) => /%3A\d+%3A/.test(name));
    return names.some((name) => has(path.join(folder, name), "alive.lock"));
  } catch {
    return false;
  }
}

const owners: readonly { readonly what: (folder: string) => string; isOwned(folder: string): boolean }[] = [
  {
    what: (folder) => `the folder of machine ${path.basename(folder)}`,
    isOwned: (folder) => has(folder, "machine.yaml", "machine-id"),
  },
  {
    what: (folder) => `the replica store ${path.basename(folder)}`,
    isOwned: (folder) => has(folder, "store.key"),
  },
  {
    what: () => "the home of an engine",
    isOwned: (folder) => has(folder, "siterecovery.db") || hasKeys(folder),
  },
  { what: () => "the cache of a process server", isOwned: isCache },
];

/** Where a path leads, by all links on the way; the end of it need not be there. */
function realPathOf(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    const link = linkOf(file);
    if (link !== undefined) return realPathOf(path.resolve(path.dirname(file), link));
    const parent = path.dirname(file);
    return parent === file ? file : path.join(realPathOf(parent), path.basename(file));
  }
}

/** What a link names that leads to nothing yet: writing through it makes that file. */
function linkOf(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** The innermost folder that is owned, of those that a path is in. */
function ownedFolder(file: string): Owned | undefined {
  for (let folder = file; ; folder = path.dirname(folder)) {
    const owner = owners.find(({ isOwned }) => isOwned(folder));
    if (owner) return { what: owner.what(folder), folder };
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** Throws `InvalidInput` for a file that has other names: one of them may be a machine's disk. */
function requireOneName(file: string, real: string): void {
  const stat = fs.statSync(real, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.nlink === 1) return;
  const message = `${file} is not written: it has ${stat.nlink} names (hard links), and a machine may use it under another one. Remove it, or name another file.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: real });
}

/**
 * Throws `InvalidInput` for a file in the folder of a machine, in a replica store, an engine's home or a process server's
 * cache, for a disk with its change log, and for a file with hard links.
 */
export function requireOutput(file: string): void {
  const real = realPathOf(path.resolve(file));
  requireOneName(file, real);
  const owned = ownedFolder(real);
  const isLog = /\.hrl(\.new|\.\d+)?$/.test(real) && fs.existsSync(real);
  if (owned === undefined && !isLog && !fs.existsSync(`${real}.hrl`)) return;
  const why = owned
    ? `it is in ${owned.what} (${owned.folder})`
    : `${isLog ? "it is" : "beside it is"} the change log of a disk that the engine follows`;
  const message = `${file} is not written: ${why}. Name a file in another folder.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: real });
}
