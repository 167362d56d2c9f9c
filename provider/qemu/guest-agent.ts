/**
 * The QEMU guest agent: what a guest does for us, and says of itself. A guest is not trusted: what it answers is taken for
 * what it is only if it has the form that the agent's schema says.
 */
import { type Clock, systemClock } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { isRecord } from "../record.ts";
import { type Random, systemRandom } from "../random.ts";
import { AgentChannel, type AgentWait } from "./agent-channel.ts";

export interface AgentConnectOptions {
  /** What errors call the machine. */
  readonly machine: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the agent, which answers once it runs in the guest; 60 seconds if absent. */
  readonly timeoutMs?: number;
}

export interface AgentOptions {
  readonly signal?: AbortSignal | undefined;
  /** 30 seconds if absent, unless another limit is named. */
  readonly timeoutMs?: number;
}

export interface GuestInterface {
  readonly name: string;
  readonly macAddress?: string;
  readonly addresses: readonly { readonly address: string; readonly prefixLength: number }[];
}

/** What the guest's operating system calls itself; absent where it does not say. */
export interface GuestSystem {
  readonly id?: string;
  readonly prettyName?: string;
  readonly versionId?: string;
  readonly kernelRelease?: string;
}

export interface GuestCommandResult {
  /** `undefined` if a signal, or an exception of Windows, ended the command. */
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly errorOutput: string;
  /** Whether the agent kept only the beginning of either: it keeps 16 MiB. */
  readonly isCut: boolean;
}

const connectMsDefault = 60_000;
const waitMsDefault = 30_000;
const pollMs = 100;

/** Connects to the agent of a guest. Throws `SourceUnreachable` if it does not answer within the time limit. */
export async function connectGuestAgent(
  socketPath: string,
  options: AgentConnectOptions,
): Promise<GuestAgent> {
  const {
    machine,
    clock = systemClock,
    random = systemRandom,
    timeoutMs = connectMsDefault,
    signal,
  } = options;
  const channel = new AgentChannel(socketPath, machine, clock, random);
  try {
    await channel.synchronise({ timeoutMs, signal });
    return new GuestAgent(channel, clock);
  } catch (error) {
    channel.close();
    throw error;
  }
}

/**
 * The agent of one guest. Made by `connectGuestAgent`. Each call throws `SourceUnreachable` if the agent does not answer
 * in time, and `JobFailed` if it refuses.
 */
export class GuestAgent {
  readonly #channel: AgentChannel;
  readonly #clock: Clock;

  constructor(channel: AgentChannel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
  }

  async ping(options?: AgentOptions): Promise<void> {
    await this.#ask("guest-ping", {}, options);
  }

  /**
   * Runs the guest's freeze hooks and freezes its file systems; returns how many. After an error the guest may be frozen,
   * or may become so later: call `thaw` whatever happens.
   */
  async freeze(options?: AgentOptions): Promise<number> {
    return this.#number("guest-fsfreeze-freeze", await this.#ask("guest-fsfreeze-freeze", {}, options));
  }

  /**
   * Thaws what `freeze` froze, and runs the hooks; returns how many file systems were frozen until now. 0 says that the
   * guest has thawed by itself in between.
   */
  async thaw(options?: AgentOptions): Promise<number> {
    return this.#number("guest-fsfreeze-thaw", await this.#ask("guest-fsfreeze-thaw", {}, options));
  }

  async isFrozen(options?: AgentOptions): Promise<boolean> {
    const state = await this.#ask("guest-fsfreeze-status", {}, options);
    if (state === "frozen" || state === "thawed") return state === "frozen";
    throw this.#malformed("guest-fsfreeze-status");
  }

  /**
   * Asks the guest to shut down. Resolves when the agent has gone with its guest, or has not refused within `timeoutMs`
   * (2 seconds if absent): whether the guest is off, the power state says.
   */
  async shutDown({ signal, timeoutMs = 2000 }: AgentOptions = {}): Promise<void> {
    await this.#channel.tell("guest-shutdown", { mode: "powerdown" }, { signal, timeoutMs });
  }

  async networkInterfaces(options?: AgentOptions): Promise<readonly GuestInterface[]> {
    const command = "guest-network-get-interfaces";
    const list = await this.#ask(command, {}, options);
    if (!Array.isArray(list)) throw this.#malformed(command);
    return list.filter(isRecord).map((one) => {
      const macAddress = textIn(one, "hardware-address");
      const addresses = Array.isArray(one["ip-addresses"]) ? one["ip-addresses"].filter(isRecord) : [];
      return {
        name: textIn(one, "name") ?? "",
        ...(macAddress === undefined ? {} : { macAddress }),
        addresses: addresses.map((each) => ({
          address: textIn(each, "ip-address") ?? "",
          prefixLength: Number(each["prefix"]),
        })),
      };
    });
  }

  async systemInfo(options?: AgentOptions): Promise<GuestSystem> {
    const info = await this.#ask("guest-get-osinfo", {}, options);
    if (!isRecord(info)) throw this.#malformed("guest-get-osinfo");
    const told = {
      id: textIn(info, "id"),
      prettyName: textIn(info, "pretty-name"),
      versionId: textIn(info, "version-id"),
      kernelRelease: textIn(info, "kernel-release"),
    };
    return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
  }

  /**
   * Runs a program in the guest, without a shell, and waits for its end. Throws `JobFailed` if the guest has no
   * such program, or it has not ended after `timeoutMs`: then it may still run.
   */
  async run(command: readonly string[], options: AgentOptions = {}): Promise<GuestCommandResult> {
    const { timeoutMs = waitMsDefault, signal } = options;
    const [program = "", ...words] = command;
    const until = this.#clock.monotonic() + timeoutMs;
    const asked = { path: program, arg: words, "capture-output": true };
    const started = await this.#ask("guest-exec", asked, { signal });
    const pid = this.#number("guest-exec", isRecord(started) ? started["pid"] : undefined);
    for (;;) {
      const state = await this.#ask("guest-exec-status", { pid }, { signal });
      if (!isRecord(state)) throw this.#malformed("guest-exec-status");
      if (state["exited"] === true) return resultOf(state);
      if (this.#clock.monotonic() >= until) throw this.#unfinished(program, timeoutMs);
      await this.#clock.sleep(pollMs, signal);
    }
  }

  close(): void {
    this.#channel.close();
  }

  #ask(command: string, args: object, options: AgentOptions = {}): Promise<unknown> {
    const wait: AgentWait = { signal: options.signal, timeoutMs: options.timeoutMs ?? waitMsDefault };
    return this.#channel.ask(command, args, wait);
  }

  #number(command: string, value: unknown): number {
    if (typeof value !== "number") throw this.#malformed(command);
    return value;
  }

  #malformed(command: string): SiteRecoveryError {
    const { machine } = this.#channel;
    const message = said`The guest agent of machine ${machine} answered ${command} with something that its schema
      does not have. Update qemu-guest-agent in the guest.`;
    return new SiteRecoveryError("JobFailed", message, { target: machine });
  }

  #unfinished(program: string, timeoutMs: number): SiteRecoveryError {
    const { machine } = this.#channel;
    const message = said`${program} in the guest of machine ${machine} has not ended after ${timeoutMs / 1000} s, and
      may still run. Look at the guest, then run again.`;
    return new SiteRecoveryError("JobFailed", message, { target: machine });
  }
}

function textIn(record: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = record[key];
  return typeof value === "string" ? value : undefined;
}

function resultOf(state: Readonly<Record<string, unknown>>): GuestCommandResult {
  const text = (key: string): string => Buffer.from(textIn(state, key) ?? "", "base64").toString("utf8");
  const exitCode = state["exitcode"];
  return {
    exitCode: typeof exitCode === "number" && state["signal"] === undefined ? exitCode : undefined,
    output: text("out-data"),
    errorOutput: text("err-data"),
    isCut: state["out-truncated"] === true || state["err-truncated"] === true,
  };
}
