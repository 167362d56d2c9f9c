/**
 * A client of QMP, the control protocol of QEMU and of qemu-storage-daemon: JSON, one value a line, over a unix socket.
 * QEMU talks to one client at a time; a second one is connected and not greeted until the first has gone.
 */
import { type Clock, systemClock } from "../clock.ts";
import { messageOf, SiteRecoveryError } from "../errors.ts";
import { type Message, said } from "../message.ts";
import { LineSocket } from "./line-socket.ts";
import { type QmpEvent, QmpEvents } from "./qmp-events.ts";
import { QmpRefusal, refusedBy } from "./qmp-refusal.ts";
import { withinLimit } from "../within-limit.ts";

export type { QmpEvent } from "./qmp-events.ts";

export interface QmpConnectOptions {
  /** What errors call the machine. */
  readonly machine: string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal | undefined;
  /** How long to try until QEMU has made its socket and greets; 10 seconds if absent. */
  readonly timeoutMs?: number;
}

export interface QmpWaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** 60 seconds if absent. */
  readonly timeoutMs?: number;
}

interface Pending {
  readonly command: string;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** One line from QEMU. */
interface QmpMessage {
  readonly QMP?: { readonly version?: { readonly qemu?: Record<"major" | "minor" | "micro", number> } };
  readonly event?: string;
  readonly data?: Record<string, unknown>;
  readonly timestamp?: QmpEvent["timestamp"];
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
}

const connectMsDefault = 10_000;
const waitMsDefault = 60_000;
/** Between two trials to connect. */
const retryMs = 25;
/** Errors of a socket that QEMU has not made yet, does not listen at, or listens at with its queue full. */
const notYet = ["ENOENT", "ECONNREFUSED", "EAGAIN"];

/**
 * Connects to the QEMU that listens at a socket, and waits until it takes commands. Throws `SourceUnreachable` if it does
 * not within the time limit, and the signal's reason when it is aborted.
 */
export async function connectQmp(socketPath: string, options: QmpConnectOptions): Promise<Qmp> {
  const { machine, clock = systemClock, signal, timeoutMs = connectMsDefault } = options;
  const unreachable = (why: Message): SiteRecoveryError =>
    new SiteRecoveryError(
      "SourceUnreachable",
      said`QEMU of machine ${machine} does not answer at ${socketPath}: ${why}`,
      { target: machine },
    );
  const until = clock.monotonic() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const qmp = new Qmp(machine, clock);
    try {
      await qmp.open(socketPath);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!notYet.includes(code ?? "") || clock.monotonic() >= until) {
        throw unreachable(said`${messageOf(error)}. Check that the machine runs, then run again.`);
      }
      await clock.sleep(retryMs, signal);
      continue;
    }
    const late = (): SiteRecoveryError =>
      unreachable(said`it did not greet in time. If another program controls this QEMU, end that program.`);
    try {
      const leftMs = Math.max(1, until - clock.monotonic());
      await withinLimit(qmp.begin(), { clock, timeoutMs: leftMs, signal }, late);
      return qmp;
    } catch (error) {
      qmp.close();
      throw error;
    }
  }
}

/** A connection to one QEMU. Made by `connectQmp`. */
export class Qmp {
  /** What errors call the machine. */
  readonly machine: string;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  readonly #events = new QmpEvents();
  readonly #greeted: Promise<void>;
  #onGreeting: () => void = () => undefined;
  #onNoGreeting: (error: Error) => void = () => undefined;
  #socket: LineSocket | undefined;
  #nextId = 1;
  #ended: SiteRecoveryError | undefined;
  #version = "";

  constructor(machine: string, clock: Clock) {
    this.machine = machine;
    this.#clock = clock;
    this.#greeted = new Promise((resolve, reject) => {
      this.#onGreeting = resolve;
      this.#onNoGreeting = reject;
    });
    this.#greeted.catch(() => undefined);
  }

  /** QEMU's version, such as `7.2.22`. */
  get version(): string {
    return this.#version;
  }

  /** Whether commands can be sent: neither side has closed the connection. */
  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** For `connectQmp`: opens the socket. Rejects with the error of the system. */
  async open(socketPath: string): Promise<void> {
    this.#socket = await LineSocket.connect(socketPath, {
      onLine: (line) => this.#take(line),
      onEnd: (why) => this.#end(why),
    });
  }

  /** For `connectQmp`: waits for the greeting and leaves the mode in which only capabilities can be chosen. */
  async begin(): Promise<void> {
    await this.#greeted;
    await this.execute("qmp_capabilities");
  }

  /**
   * Runs a command and returns its answer, of which `T` is not checked. Throws `SourceUnreachable` if the connection is
   * lost or no answer comes in time: then it is not known whether QEMU did it. For what QEMU refuses see `refusedBy`.
   */
  execute<T = unknown>(command: string, args: object = {}, options: QmpWaitOptions = {}): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const { timeoutMs = waitMsDefault, signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const id = this.#nextId++;
    const answer = new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { command, resolve: (value) => resolve(value as T), reject });
    });
    this.#socket?.send({ execute: command, arguments: args, id });
    const late = (): SiteRecoveryError =>
      this.#unreachable(said`it did not answer ${command} in ${timeoutMs / 1000} s. Run again.`);
    return withinLimit(answer, { clock: this.#clock, timeoutMs, signal }, late).finally(() =>
      this.#pending.delete(id),
    );
  }

  /**
   * The oldest event of a name, and that fits, that no caller has got yet; it may have come before the call, so that none
   * is missed between a command and the wait for its end. Callers that wait at the same time get the same event. Throws
   * `JobFailed` after the time limit and `SourceUnreachable` when the connection is lost.
   */
  waitFor(
    event: string,
    predicate: (event: QmpEvent) => boolean = () => true,
    options: QmpWaitOptions = {},
  ): Promise<QmpEvent> {
    const { timeoutMs = waitMsDefault, signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const next = this.#events.next((one) => one.event === event && predicate(one));
    const late = (): SiteRecoveryError => {
      const message = said`QEMU of machine ${this.machine} did not report ${event} in ${timeoutMs / 1000} s. Run again.`;
      return new SiteRecoveryError("JobFailed", message, { target: this.machine });
    };
    return withinLimit(next.event, { clock: this.#clock, timeoutMs, signal }, late).finally(next.forget);
  }

  /** Ends the connection, not QEMU. What waits for an answer or an event is rejected. */
  close(): void {
    this.#socket?.close();
  }

  #unreachable(why: Message): SiteRecoveryError {
    const message = said`QEMU of machine ${this.machine} cannot be reached: ${why}`;
    return new SiteRecoveryError("SourceUnreachable", message, { target: this.machine });
  }

  #end(why: string): void {
    this.#ended ??= this.#unreachable(said`${why}. Check that the machine runs, then run again.`);
    this.#onNoGreeting(this.#ended);
    this.#events.end(this.#ended);
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }

  #take(line: Buffer): void {
    const text = line.toString("utf8").trim();
    if (text === "") return;
    const message = parse(text);
    if (message === undefined) return this.#leave(said`it sent a line that is not QMP.`);
    if (message.QMP !== undefined) {
      const { major, minor, micro } = message.QMP.version?.qemu ?? {};
      this.#version = [major, minor, micro].join(".");
      this.#onGreeting();
    } else if (message.event !== undefined) {
      this.#events.take({ data: {}, ...message } as QmpEvent);
    } else if (message.id === undefined) {
      // QEMU did not understand a line of ours, and does not say which.
      this.#leave(said`it answered ${message.error?.desc ?? text} to no command.`);
    } else {
      this.#takeAnswer(message.id, message);
    }
  }

  #takeAnswer(id: number, message: QmpMessage): void {
    const pending = this.#pending.get(id);
    // Nobody waits for an answer that comes too late.
    if (pending === undefined) return;
    this.#pending.delete(id);
    if (message.error === undefined) return pending.resolve(message.return);
    const refusal = new QmpRefusal(pending.command, message.error.class, message.error.desc);
    pending.reject(refusedBy(this.machine, this.version, refusal));
  }

  #leave(why: Message): void {
    this.#ended ??= this.#unreachable(why);
    this.#socket?.close();
  }
}

function parse(text: string): QmpMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
