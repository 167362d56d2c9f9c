import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Removes the locks of a local backend whose process is gone, which is what `kill -9` or a power cut leaves behind.
 * Locks of living processes and of other machines stay; `pulumi up` then says who holds them.
 * @param {string} backend the backend's address; other than `file://` ones are left alone
 * @param {string} stack only locks of stacks with this name
 * @returns {string[]} one sentence for each lock removed
 */
export function clearStaleLocks(backend, stack) {
  if (!backend.startsWith("file:///")) return [];
  const lockFolder = join(fileURLToPath(backend), ".pulumi", "locks");
  if (!existsSync(lockFolder)) return [];
  const removed = [];
  for (const path of readdirSync(lockFolder, { recursive: true, encoding: "utf8" })) {
    const [file, stackOfLock] = path.split(/[\\/]/).reverse();
    if (stackOfLock !== stack || !file?.endsWith(".json")) continue;
    const owner = readOwner(join(lockFolder, path));
    if (owner === undefined || owner.hostname !== hostname() || isAlive(owner.pid)) continue;
    rmSync(join(lockFolder, path), { force: true });
    removed.push(
      `Cleared the lock of a pulumi process that is gone (process ${owner.pid}, ${owner.timestamp}).`,
    );
  }
  return removed;
}

/**
 * @param {string} file
 * @returns {{pid: number, hostname: string, timestamp: string} | undefined} nothing for a lock that is gone or half written
 */
function readOwner(file) {
  try {
    const owner = JSON.parse(readFileSync(file, "utf8"));
    return Number.isInteger(owner.pid) ? owner : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the process that wrote a lock may still run. A number that now belongs to another program counts as gone.
 * @param {number} pid
 * @returns {boolean}
 */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
  const nameFile = `/proc/${pid}/comm`;
  return !existsSync(nameFile) || readFileSync(nameFile, "utf8").startsWith("pulumi");
}
