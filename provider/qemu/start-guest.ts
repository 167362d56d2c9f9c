/** Starts the QEMU of a machine, so that it outlives this process. */
import { spawn } from "node:child_process";
import path from "node:path";
import { openChildLog } from "../blocks/open-child-log.ts";
import type { OpenFile } from "../blocks/file-system.ts";
import { messageOf, SiteRecoveryError } from "../errors.ts";
import { commandEnvironment } from "../machines/command-environment.ts";
import { said } from "../message.ts";
import { identityOf } from "../process-identity.ts";
import { type Acceleration, qemuMissing } from "./acceleration.ts";
import { qemuArguments } from "./command-line.ts";
import { GuestProcess, type GuestParts } from "./guest-process.ts";
import { codeOfSentence } from "./qmp-refusal.ts";
import type { QemuMachine } from "./qemu-machine.ts";
import { runFilesIn, writeRunRecord } from "./run-record.ts";
import { makeSocketFolder, socketsIn } from "./socket-folder.ts";
import { uefiFiles } from "./uefi-firmware.ts";

export interface StartOptions {
  readonly acceleration: Acceleration;
  readonly signal?: AbortSignal | undefined;
  /** How long QEMU may take until it answers; 60 seconds if absent. */
  readonly timeoutMs?: number;
}

const startMsDefault = 60_000;
/** How long a QEMU that is lost may take to end. */
const endMs = 3000;
const logLinesQuoted = 3;

/**
 * Starts a machine, whose run is kept in a folder of its own. Resolves when QEMU answers, which says nothing of the guest.
 * Throws `InUse` if the machine runs, `Busy` while another process starts it or has one of its disks open,
 * `PrerequisitesNotMet` without QEMU, and `IoFailed` or `JobFailed` with QEMU's words if it does not start.
 */
export async function startGuest(
  parts: GuestParts,
  runFolder: string,
  machine: QemuMachine,
  options: StartOptions,
): Promise<GuestProcess> {
  const { files } = parts;
  const folder = path.resolve(runFolder);
  files.makeFolder(folder);
  const lock = files.open(runFilesIn(folder).lock, "createOrOpen");
  try {
    requireAlone(lock, machine.name);
    requireEnded(GuestProcess.find(parts, folder), machine.name);
    return await start(parts, folder, machine, options);
  } finally {
    lock.close();
  }
}

function requireAlone(lock: OpenFile, machine: string): void {
  if (lock.tryLock?.() !== "busy") return;
  const message = said`Machine ${machine} is being started by another process. Wait until it has started.`;
  throw new SiteRecoveryError("Busy", message, { target: machine });
}

function requireEnded(before: GuestProcess | undefined, machine: string): void {
  if (before?.isAlive() === true) {
    const message = said`Machine ${machine} runs already, as process ${before.pid}. Shut it down first.`;
    throw new SiteRecoveryError("InUse", message, { target: machine });
  }
  before?.removeSockets();
}

async function start(
  parts: GuestParts,
  folder: string,
  machine: QemuMachine,
  { acceleration, signal, timeoutMs = startMsDefault }: StartOptions,
): Promise<GuestProcess> {
  const { files, random } = parts;
  const names = runFilesIn(folder);
  const uefi = machine.firmware === "uefi" ? { uefi: uefiFiles(files, folder) } : {};
  const socketFolder = makeSocketFolder(files, random, folder);
  const sockets = socketsIn(socketFolder);
  const places = {
    consolePath: names.console,
    pidPath: names.pid,
    qmpSocketPath: sockets.qmp,
    powerSocketPath: sockets.power,
    agentSocketPath: sockets.agent,
    ...uefi,
  };
  const words = qemuArguments({ machine, places, acceleration });
  files.remove(names.pid);
  try {
    // Written before there is a process: one that is started and not written down could not be found again.
    const { forwards = [], addresses } = machine.network ?? {};
    const run = {
      machine: machine.name,
      socketFolder,
      ...(forwards.length === 0 ? {} : { forwards }),
      ...(addresses === undefined ? {} : { addresses }),
    };
    writeRunRecord(files, folder, run);
    const child = await spawnDetached(words, names.log);
    const identity = identityOf(child.pid);
    const record = { ...run, ...(identity === undefined ? {} : { process: identity }) };
    writeRunRecord(files, folder, record);
    const guest = new GuestProcess(parts, folder, record);
    await untilItAnswers(guest, child, { timeoutMs, signal });
    return guest;
  } catch (error) {
    files.remove(socketFolder);
    throw error;
  }
}

/** Ends a QEMU that does not answer: what is not known to run must not have the disks open. */
async function untilItAnswers(
  guest: GuestProcess,
  { ended }: Spawned,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  try {
    const stop = signal === undefined ? ended : AbortSignal.any([ended, signal]);
    await guest.withPower((qmp) => qmp.execute("query-status"), { timeoutMs, signal: stop });
  } catch (error) {
    // It listens at its sockets before it opens disks: a connection may be lost a moment before the process has ended.
    const hasEndedItself = signal?.aborted !== true && (await guest.hasEnded(endMs));
    guest.signal("SIGKILL");
    await guest.hasEnded(endMs);
    guest.forgetCrash();
    throw hasEndedItself ? notStarted(guest.machine, guest.logLines(logLinesQuoted)) : error;
  }
}

interface Spawned {
  readonly pid: number;
  /** Aborted when the process has ended. */
  readonly ended: AbortSignal;
}

async function spawnDetached(words: readonly string[], logPath: string): Promise<Spawned> {
  const log = openChildLog(logPath);
  try {
    const child = spawn("qemu-system-x86_64", words, {
      // No folder of a user's, which could not be unmounted then.
      cwd: "/",
      detached: true,
      env: commandEnvironment(),
      stdio: ["ignore", log.descriptor, log.descriptor],
    });
    const ended = new AbortController();
    child.once("exit", () => ended.abort(new Error("QEMU has ended.")));
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(qemuMissing(messageOf(error))));
    });
    child.unref();
    return { pid: child.pid!, ended: ended.signal };
  } finally {
    log.close();
  }
}

function notStarted(machine: string, lines: readonly string[]): SiteRecoveryError {
  // 2026-11-30T02:00:00.000000Z qemu-system-x86_64: -device …: Failed to get "write" lock
  const words = lines.map((line) => line.replace(/^(\S+Z\s+)?qemu-system-x86_64: /, ""));
  const why = words.length === 0 ? "it says nothing" : words.join(" ").replace(/\.$/, "");
  const message = said`QEMU did not start machine ${machine}: ${why}. Mend what it names, then start the machine again.`;
  return new SiteRecoveryError(codeOfSentence(why), message, { target: machine });
}
