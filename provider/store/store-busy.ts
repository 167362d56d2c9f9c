/** What is said when another process keeps the store's lock for longer than any change takes. */
import { SiteRecoveryError } from "../errors.ts";
import { lockHolderOf } from "../process-identity.ts";
import { said } from "../message.ts";

/** The byte of the `-shm` file that SQLite locks for the one process that writes (WAL_WRITE_LOCK). */
const writeLockByte = 120;
/** SQLITE_BUSY; further bits of the code say more. */
const busyCode = 5;
const commandCharactersMax = 120;

function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && (code & 0xff) === busyCode;
}

/** Runs SQL that takes the lock for writing. Throws `Busy`, naming the process that has it where the system says so. */
export function takingLock<T>(file: string, waitMilliseconds: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw busy(file, waitMilliseconds, error);
  }
}

function busy(file: string, waitMilliseconds: number, cause: unknown): SiteRecoveryError {
  const holder = lockHolderOf(`${file}-shm`, writeLockByte);
  const waited = said`has been writing to the engine's store ${file} for more than ${waitMilliseconds / 1000} seconds`;
  const undone = said`what it had not finished is undone, and nothing is lost`;
  if (holder === undefined) {
    const message = said`Another process ${waited}. It is stopped, or runs in another container. Let it continue or end it, and run this
        again: ${undone}.`;
    return new SiteRecoveryError("Busy", message, { target: file, cause });
  }
  const { pid, command, isStopped } = holder;
  const who = command === "" ? `${pid}` : `${pid} (${command.slice(0, commandCharactersMax)})`;
  const message = isStopped
    ? said`Process ${who} ${waited}, because it was stopped. \`kill -CONT ${pid}\` continues it; \`kill -9 ${pid}\` ends it: ${undone}.`
    : said`Process ${who} ${waited}. Run this again; if it hangs, \`kill -9 ${pid}\` ends it: ${undone}.`;
  return new SiteRecoveryError("Busy", message, { target: file, cause });
}
