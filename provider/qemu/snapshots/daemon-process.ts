/**
 * The process of a `qemu-storage-daemon`, which is told what to do over QMP. A daemon whose owner has died is found again by
 * its folder.
 */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import type { Clock } from "../../clock.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { FileSystem } from "../../blocks/file-system.ts";
import { commandEnvironment } from "../../machines/command-environment.ts";
import { connectQmp, type Qmp } from "../qmp.ts";

export interface DaemonPlace {
  /** For the daemon's socket; it is there. One folder for one machine. */
  readonly folder: string;
  /** What errors call the machine. */
  readonly machine: string;
  readonly files: FileSystem;
  readonly clock: Clock;
}

export interface Daemon {
  readonly qmp: Qmp;
  readonly processId: number;
  /** Ends the daemon in order. */
  end(): Promise<void>;
}

const endMilliseconds = 60_000;
const outputCharactersMax = 4096;

function socketIn(folder: string): string {
  return path.resolve(folder, "storage.sock");
}

/**
 * Starts a daemon with what `words` say. Throws `Busy` if another program has an image, `PrerequisitesNotMet` if there is no
 * such program, and `IoFailed` if it ends.
 */
export async function startDaemon(
  { folder, machine, clock }: DaemonPlace,
  words: readonly string[],
): Promise<Daemon> {
  const socketPath = socketIn(folder);
  const monitor = ["--chardev", `socket,id=qmp,path=${socketPath.replaceAll(",", ",,")},server=on,wait=off`];
  // In this order, so that it listens only once it has the images.
  const process = new DaemonProcess([...words, ...monitor, "--monitor", "chardev=qmp"], {
    folder,
    machine,
    clock,
  });
  try {
    const qmp = await process.orFailure((signal) => connectQmp(socketPath, { machine, clock, signal }));
    return { qmp, processId: process.id, end: () => process.end(qmp) };
  } catch (error) {
    process.kill();
    throw error;
  }
}

/** Ends a daemon whose owner has died. It stores its bitmaps; what its snapshots left there is cleared by the next one. */
export async function endFormerDaemon({ folder, machine, files, clock }: DaemonPlace): Promise<void> {
  const socketPath = socketIn(folder);
  if (!files.exists(socketPath)) return;
  try {
    const former = await connectQmp(socketPath, { machine, clock, timeoutMs: 1000 });
    // It may end before its answer has left.
    await former.execute("quit").catch((error: unknown) => {
      if (!hasCode(error, "SourceUnreachable")) throw error;
    });
    former.close();
    const until = clock.monotonic() + endMilliseconds;
    // Its socket goes with it.
    while (files.exists(socketPath) && clock.monotonic() < until) await clock.sleep(10);
  } catch (error) {
    // It has ended, or another process talks to it: the images' locks tell.
    if (!hasCode(error, "SourceUnreachable")) throw error;
  }
}

class DaemonProcess {
  readonly #child: ChildProcess;
  readonly #machine: string;
  readonly #clock: Clock;
  readonly #ended: Promise<string>;
  #output = "";

  constructor(
    words: readonly string[],
    { folder, machine, clock }: { folder: string; machine: string; clock: Clock },
  ) {
    this.#machine = machine;
    this.#clock = clock;
    this.#child = spawn("qemu-storage-daemon", words, {
      cwd: folder,
      env: commandEnvironment(),
      // A signal that ends this process from the terminal must not end the daemon before its bitmaps are stored.
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#output = (this.#output + text).slice(-outputCharactersMax);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve(error.message));
      this.#child.once("close", () => resolve(this.#output.trim()));
    });
  }

  get id(): number {
    return this.#child.pid!;
  }

  /** The result of the work, or why the daemon ended before; the signal ends the work then. */
  async orFailure<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    void this.#ended.then((why) => stop.abort(this.#failure(why)));
    return work(stop.signal);
  }

  async end(qmp: Qmp): Promise<void> {
    qmp.close();
    // The same orderly end as by QMP, of which the connection may be lost.
    this.#child.kill("SIGTERM");
    const over = new AbortController();
    const late = this.#clock.sleep(endMilliseconds, over.signal).then(
      () => true,
      () => false,
    );
    const isLate = await Promise.race([this.#ended.then(() => false), late]);
    over.abort();
    if (!isLate) return;
    const message = said`The storage daemon of machine ${this.#machine} does not end (process ${this.#child.pid}). End it, then run again.`;
    throw new SiteRecoveryError("Busy", message, { target: this.#machine });
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #failure(why: string): SiteRecoveryError {
    const details = { target: this.#machine };
    if (this.#child.pid === undefined) {
      const message = said`Cannot run qemu-storage-daemon: ${why}. Install it (Debian: apt-get install qemu-system-common), then run again.`;
      return new SiteRecoveryError("PrerequisitesNotMet", message, details);
    }
    if (/Failed to get .* lock/i.test(why)) {
      const message = said`Another program has the images of machine ${this.#machine}: ${why}. If the machine runs, its QEMU takes the snapshot. Otherwise end that program, then run again.`;
      return new SiteRecoveryError("Busy", message, details);
    }
    return new SiteRecoveryError(
      "IoFailed",
      said`The storage daemon of machine ${this.#machine} ended: ${why}`,
      details,
    );
  }
}
