/**
 * Which process this is, in a form that another process can test for life: `host:pid:start:boot:namespace`. A pid
 * alone is given out again after a while, so the start time is part of it. It means something only where processes
 * are counted together: within one boot of a computer and one pid namespace, which Linux names. Elsewhere the host's
 * name has to do.
 */
import fs from "node:fs";
import os from "node:os";

/** Whether a process lives. `unknown`: it is on another host, in another container, or of another boot. */
export type Life = "alive" | "dead" | "unknown";

function readText(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}

/** The fields of `/proc/<pid>/stat` from the state (the third) on; empty where the system does not tell them. */
function statOf(pid: number): string[] {
  const stat = readText(() => fs.readFileSync(`/proc/${pid}/stat`, "latin1"));
  // The command's name, in parentheses, may hold spaces: count fields from behind it.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function startTicksIn(stat: readonly string[]): string {
  return stat[19] ?? "";
}

/**
 * Whether a process has ended and its parent has not asked for its exit code, as for ever in a container whose first
 * process collects no children. One whose other threads still run has not ended: they may be in a write.
 */
function isZombie(stat: readonly string[]): boolean {
  return /^[ZX]/.test(stat[0] ?? "") && Number(stat[17]) <= 1;
}

/** What a name is in an identity: without the character that parts it. */
function plain(text: string): string {
  return text.trim().replaceAll(":", "");
}

let own: string | undefined;

/** This process: `host:pid:start:boot:namespace`; the last three are empty where the system does not tell them. */
export function processIdentity(): string {
  own ??= identityWith(process.pid);
  return own;
}

/** The process of a pid that lives now in this one's pid namespace, or `undefined` if there is none. */
export function identityOf(pid: number): string | undefined {
  const identity = identityWith(pid);
  return lifeOf(identity) === "alive" ? identity : undefined;
}

function identityWith(pid: number): string {
  return [
    plain(os.hostname()),
    pid,
    startTicksIn(statOf(pid)),
    plain(readText(() => fs.readFileSync("/proc/sys/kernel/random/boot_id", "latin1"))),
    plain(readText(() => fs.readlinkSync("/proc/self/ns/pid"))),
  ].join(":");
}

/** The parts of an identity, for people. One of an earlier version has neither boot nor namespace. */
export function describeProcess(identity: string): { readonly host: string; readonly pid: number } {
  const [host = "", pid] = identity.split(":");
  return { host, pid: Number(pid) };
}

/** Whether pids of the other process's computer and namespace mean the same as here. */
function isCountedTogether(identity: string): boolean {
  const [host, , , boot = "", namespace = ""] = identity.split(":");
  const [ownHost, , , ownBoot = "", ownNamespace = ""] = processIdentity().split(":");
  const isKnown = boot !== "" && namespace !== "" && ownBoot !== "" && ownNamespace !== "";
  return isKnown ? boot === ownBoot && namespace === ownNamespace : host === ownHost;
}

/** Whether a process lives, as far as this one can tell. */
export function lifeOf(identity: string): Life {
  if (!isCountedTogether(identity)) return "unknown";
  const [, pidText, ticks] = identity.split(":");
  const pid = Number(pidText);
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "dead";
  }
  const stat = statOf(pid);
  if (isZombie(stat)) return "dead";
  const now = startTicksIn(stat);
  return ticks === "" || now === "" || now === ticks ? "alive" : "dead";
}

/** Whether a process ran on this computer before it was restarted, by the host's name: it runs no more. */
export function isOfEarlierBoot(identity: string): boolean {
  const [host, , , boot = ""] = identity.split(":");
  const [ownHost, , , ownBoot = ""] = processIdentity().split(":");
  return host === ownHost && boot !== "" && ownBoot !== "" && boot !== ownBoot;
}

/** The words of a process's command line; none if it has ended or the system does not tell. Linux only. */
export function commandLineOf(pid: number): string[] {
  const words = readText(() => fs.readFileSync(`/proc/${pid}/cmdline`, "utf8")).replace(/\0$/, "");
  return words === "" ? [] : words.split("\0");
}

/** Whether a process may still be at work: false only for one that is known to be dead. */
export function isAlive(identity: string): boolean {
  return lifeOf(identity) !== "dead";
}

/** A process that has a lock on a file. */
export interface LockHolder {
  readonly pid: number;
  /** Its command line; empty if it cannot be read. */
  readonly command: string;
  /** Whether it was stopped (SIGSTOP, Ctrl-Z, a debugger). */
  readonly isStopped: boolean;
}

/**
 * The process that has a POSIX lock for writing on a byte of a file, or `undefined` if the system does not tell, as for a
 * process of another container. Linux only.
 */
export function lockHolderOf(filePath: string, byte: number): LockHolder | undefined {
  const inode = readText(() => fs.statSync(filePath).ino.toString());
  // `7: POSIX  ADVISORY  WRITE 1412 08:01:1234 120 120`
  const holder = readText(() => fs.readFileSync("/proc/locks", "latin1"))
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(
      ([, kind, , access, , file, first, last]) =>
        kind === "POSIX" &&
        access === "WRITE" &&
        file?.split(":")[2] === inode &&
        Number(first) <= byte &&
        (last === "EOF" || Number(last) >= byte),
    );
  const pid = Number(holder?.[4] ?? 0);
  if (pid <= 0) return undefined;
  const [state] = statOf(pid);
  const command = commandLineOf(pid).join(" ").replaceAll(/\s+/g, " ");
  return { pid, command: command.trim(), isStopped: state === "T" || state === "t" };
}
