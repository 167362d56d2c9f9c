// A turn that one process has at a time: a lock file with who has it, renewed while the work is done. Node has no lock of the kernel's.

import { randomBytes } from "node:crypto";
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";

/** How often a lock shows that its process is alive. */
const RENEW_MILLISECONDS = 5000;
/** A lock that was not renewed for this long is a dead process's, in another container or on another machine. */
const STALE_MILLISECONDS = 60_000;
const LOOK_MILLISECONDS = 250;

/**
 * @typedef {object} Holder
 * @property {number} pid
 * @property {string} host
 * @property {string} token differs for each turn
 */

/**
 * Does the work while no other process that uses the same lock file does its own, and waits for its turn first. The lock of a
 * process that is gone is taken over.
 * @template T
 * @param {string} lockFile
 * @param {() => Promise<T>} work
 * @param {{ say?: (text: string) => void, staleMilliseconds?: number }} [options] `say` is told once whom it waits for
 * @returns {Promise<T>} what the work returned
 */
export async function oneAtATime(
  lockFile,
  work,
  { say = saySo, staleMilliseconds = STALE_MILLISECONDS } = {},
) {
  mkdirSync(dirname(lockFile), { recursive: true });
  const own = { pid: process.pid, host: hostname(), token: randomBytes(8).toString("hex") };
  let isSaid = false;
  while (!take(lockFile, own)) {
    const holder = holderOf(lockFile);
    if (holder !== undefined && isGone(lockFile, holder, staleMilliseconds)) {
      takeAway(lockFile, holder);
      continue;
    }
    if (!isSaid && holder !== undefined) {
      say(
        `Another process (${holder.pid}${holder.host === own.host ? "" : ` on ${holder.host}`}) is at it. Waiting until it is done.`,
      );
      isSaid = true;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
  const renewal = setInterval(() => renew(lockFile, own), RENEW_MILLISECONDS);
  renewal.unref();
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    if (holderOf(lockFile)?.token === own.token) rmSync(lockFile, { force: true });
  }
}

/** @param {string} text */
function saySo(text) {
  process.stderr.write(`  ${text}\n`);
}

/**
 * The lock gets its name with its content in it, so that none is ever seen empty.
 * @param {string} lockFile
 * @param {Holder} own
 */
function take(lockFile, own) {
  const prepared = `${lockFile}.${own.token}`;
  writeFileSync(prepared, JSON.stringify(own));
  try {
    linkSync(prepared, lockFile);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(prepared, { force: true });
  }
}

/**
 * @param {string} lockFile
 * @returns {Holder | undefined} `undefined` if nobody has the lock, or what is there is no lock
 */
function holderOf(lockFile) {
  try {
    const holder = JSON.parse(readFileSync(lockFile, "utf8"));
    return typeof holder.token === "string" ? holder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} lockFile
 * @param {Holder} holder
 * @param {number} staleMilliseconds
 */
function isGone(lockFile, holder, staleMilliseconds) {
  if (holder.host === hostname() && !isAlive(holder.pid)) return true;
  try {
    return Date.now() - statSync(lockFile).mtimeMs > staleMilliseconds;
  } catch {
    return false;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * Takes away the lock of a process that is gone. Two may find it at once: the later one must not take the lock that the
 * earlier one has by then.
 * @param {string} lockFile
 * @param {Holder} gone
 */
function takeAway(lockFile, gone) {
  const aside = `${lockFile}.${randomBytes(8).toString("hex")}.gone`;
  try {
    renameSync(lockFile, aside);
  } catch {
    return;
  }
  try {
    if (holderOf(aside)?.token !== gone.token) linkSync(aside, lockFile);
  } catch {
    // A third one has it already.
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * @param {string} lockFile
 * @param {Holder} own
 */
function renew(lockFile, own) {
  if (holderOf(lockFile)?.token !== own.token) return;
  const now = new Date();
  try {
    utimesSync(lockFile, now, now);
  } catch {
    // It was taken away between the two calls.
  }
}
