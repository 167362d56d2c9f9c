/**
 * Which process this is, in a form that another process can test for life. A pid alone is given out again
 * after a while, so the start time goes with it where the system tells it (Linux).
 */
import fs from "node:fs";
import os from "node:os";

function startTicksOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command's name, in parentheses, may hold spaces: count fields from behind it. Start time is field 22.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** This process: `host:pid:start`. */
export function processIdentity(): string {
  return `${os.hostname()}:${process.pid}:${startTicksOf(process.pid)}`;
}

/** Whether a process is alive. One of another host can't be asked and is taken for alive. */
export function isAlive(identity: string): boolean {
  const [host, pidText, ticks] = identity.split(":");
  if (host !== os.hostname()) return true;
  const pid = Number(pidText);
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return ticks === "" || startTicksOf(pid) === ticks;
}
