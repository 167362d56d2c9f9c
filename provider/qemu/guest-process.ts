/**
 * The QEMU process of a machine. It is detached: it goes on when the process that has started it ends, and is found again
 * by what is written down in the machine's run folder.
 */
import type { FileSystem } from "../blocks/file-system.ts";
import { readTextFile } from "../blocks/read-text-file.ts";
import type { Clock } from "../clock.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { describeProcess, isOfEarlierBoot, lifeOf } from "../process-identity.ts";
import type { Random } from "../random.ts";
import { connectGuestAgent, type GuestAgent } from "./guest-agent.ts";
import { GuestConsole } from "./guest-console.ts";
import { type PowerState, powerOfRunState } from "./power-state.ts";
import type { PortForward } from "./qemu-machine.ts";
import { connectQmp, type Qmp, type QmpWaitOptions } from "./qmp.ts";
import { readRunRecord, type RunFiles, runFilesIn, type RunRecord } from "./run-record.ts";
import { type SocketPaths, socketsIn } from "./socket-folder.ts";
import { defaultAddresses, type UserNetworkAddresses } from "./user-network-addresses.ts";

export interface GuestParts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
}

const powerMsDefault = 10_000;
const pollMs = 50;

/** The last run of a machine, whether its process lives or not. */
export class GuestProcess {
  readonly #parts: GuestParts;
  readonly #runFolder: string;
  readonly #record: RunRecord;

  constructor(parts: GuestParts, runFolder: string, record: RunRecord) {
    this.#parts = parts;
    this.#runFolder = runFolder;
    this.#record = record;
  }

  /** The last run of the machine with a run folder, or `undefined` if it was never started. */
  static find(parts: GuestParts, runFolder: string): GuestProcess | undefined {
    const record = readRunRecord(parts.files, runFolder);
    return record && new GuestProcess(parts, runFolder, record);
  }

  get machine(): string {
    return this.#record.machine;
  }

  get runFolder(): string {
    return this.#runFolder;
  }

  get files(): RunFiles {
    return runFilesIn(this.#runFolder);
  }

  get sockets(): SocketPaths {
    return socketsIn(this.#record.socketFolder);
  }

  /** The port of 127.0.0.1 that leads to a port of the guest, or `undefined` if none does. */
  hostPortOf(guestPort: number): number | undefined {
    return this.forwards.find((forward) => forward.guestPort === guestPort)?.hostPort;
  }

  get forwards(): readonly PortForward[] {
    return this.#record.forwards ?? [];
  }

  /** Of its network: what the machine has, and what this computer is called there. */
  get addresses(): UserNetworkAddresses {
    return this.#record.addresses ?? defaultAddresses;
  }

  get console(): GuestConsole {
    return new GuestConsole(this.#parts.files, this.files.console);
  }

  /** The pid of QEMU, or `undefined` if it does not run. */
  get pid(): number | undefined {
    return this.isAlive() ? describeProcess(this.#record.process!).pid : undefined;
  }

  /** Whether QEMU runs, and so has the disks open. Throws `SourceUnreachable` if that cannot be told on this computer. */
  isAlive(): boolean {
    const { process: identity, machine } = this.#record;
    if (identity === undefined || isOfEarlierBoot(identity)) return false;
    const life = lifeOf(identity);
    if (life !== "unknown") return life === "alive";
    const { host } = describeProcess(identity);
    const message = said`Whether machine ${machine} runs cannot be told here: it was started on ${host}, or in another
      container. Run the command there, or remove ${this.files.record} if that computer is gone.`;
    throw new SiteRecoveryError("SourceUnreachable", message, { target: machine });
  }

  /** Throws `SourceUnreachable` if QEMU runs and does not answer. */
  async power(options: QmpWaitOptions = {}): Promise<PowerState> {
    if (!this.isAlive()) return this.#endedState();
    try {
      return await this.withPower(async (qmp) => {
        const { status } = await qmp.execute<{ status: string }>("query-status", {}, options);
        return powerOfRunState(status);
      }, options);
    } catch (error) {
      // It may have ended in between.
      if (!hasCode(error, "SourceUnreachable") || this.isAlive()) throw error;
      return this.#endedState();
    }
  }

  /** Connects to QEMU for work that takes a while; until it is closed, nobody else can do that. */
  qmp(options: QmpWaitOptions = {}): Promise<Qmp> {
    return connectQmp(this.sockets.qmp, { machine: this.machine, clock: this.#parts.clock, ...options });
  }

  /** Connects for one short question or order about the machine's power. */
  async withPower<T>(work: (qmp: Qmp) => Promise<T>, options: QmpWaitOptions = {}): Promise<T> {
    const { timeoutMs = powerMsDefault, signal } = options;
    const where = { machine: this.machine, clock: this.#parts.clock, timeoutMs, signal };
    const qmp = await connectQmp(this.sockets.power, where);
    try {
      return await work(qmp);
    } finally {
      qmp.close();
    }
  }

  /** Waits until the agent in the guest answers. One client at a time. */
  agent(options: QmpWaitOptions = {}): Promise<GuestAgent> {
    const { clock, random } = this.#parts;
    return connectGuestAgent(this.sockets.agent, { machine: this.machine, clock, random, ...options });
  }

  /** Whether QEMU has ended within `withinMs`. */
  async hasEnded(withinMs: number, signal?: AbortSignal): Promise<boolean> {
    const { clock } = this.#parts;
    const until = clock.monotonic() + withinMs;
    for (;;) {
      if (!this.isAlive()) return true;
      if (clock.monotonic() >= until) return false;
      await clock.sleep(pollMs, signal);
    }
  }

  /** Sends a signal to QEMU, unless it has ended. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this;
    if (pid === undefined) return;
    try {
      process.kill(pid, name);
    } catch (error) {
      const { code, message: why } = error as NodeJS.ErrnoException;
      if (code === "ESRCH") return;
      const message = said`QEMU of machine ${this.machine} (process ${pid}) cannot be ended: ${why}. End it as the user
        that it belongs to.`;
      throw new SiteRecoveryError("IoFailed", message, { target: this.machine, cause: error });
    }
  }

  /** Whether QEMU has ended without an order to: it removes the file with its number when it ends in order. */
  wasKilled(): boolean {
    return !this.isAlive() && this.#parts.files.exists(this.files.pid);
  }

  /** Removes what a run that has ended left in the folder of its sockets. */
  removeSockets(): void {
    if (!this.isAlive()) this.#parts.files.remove(this.#record.socketFolder);
  }

  /** Takes a run that has ended for one that ended in order: QEMU was killed before its guest ran. */
  forgetCrash(): void {
    if (!this.isAlive()) this.#parts.files.remove(this.files.pid);
  }

  /** The last `count` lines that QEMU itself wrote. */
  logLines(count: number): string[] {
    const { files } = this.#parts;
    const { log } = this.files;
    if (!files.exists(log)) return [];
    const lines = readTextFile(files, log).split("\n");
    return lines.filter((line) => line !== "").slice(-count);
  }

  #endedState(): PowerState {
    const { files } = this.#parts;
    if (!files.exists(this.files.pid)) return { power: "off" };
    const { process: identity } = this.#record;
    if (identity !== undefined && isOfEarlierBoot(identity)) {
      return { power: "crashed", how: "the computer was restarted while the machine ran" };
    }
    const [line] = this.logLines(1);
    return {
      power: "crashed",
      how: line === undefined ? "QEMU was killed" : `QEMU was killed, or ended with: ${line}`,
    };
  }
}
