/**
 * A process that has a home's engine open and stops itself (SIGSTOP) right before one call, which a pattern names: a
 * transaction of the store, the opening of a file, or the moment at which a file gets its name. Woken, it goes on as if nothing had happened, and prints how it ended.
 */
import { DatabaseSync } from "node:sqlite";
import { localFileSystem, type OpenFile, type OpenMode } from "../../../provider/blocks/file-system.ts";
import { openEngine } from "../../../provider/engine/engine.ts";
import { SiteRecoveryError } from "../../../provider/errors.ts";

const [home, itemId, action, call, wanted] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
let isArmed = false;
let left = Number(wanted);

function stopBefore(what: string): void {
  if (!isArmed || !new RegExp(call).test(what)) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, "SIGSTOP");
}

const execute: (this: DatabaseSync, sql: string) => void = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function exec(this: DatabaseSync, sql: string): void {
  stopBefore(sql);
  execute.call(this, sql);
};
const files = {
  ...localFileSystem,
  open: (filePath: string, mode: OpenMode): OpenFile => {
    stopBefore(filePath);
    return localFileSystem.open(filePath, mode);
  },
  rename: (from: string, to: string): void => {
    stopBefore(to);
    localFileSystem.rename(from, to);
  },
};

const engine = await openEngine({ home, files });
isArmed = true;
const quiet = { report: (): void => undefined };
try {
  if (action === "replicate") await engine.replicate(itemId, quiet);
  else await engine.moves.failover(itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
  process.stdout.write("ended");
} catch (error) {
  process.stdout.write(error instanceof SiteRecoveryError ? error.code : String(error));
}
