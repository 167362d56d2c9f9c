/**
 * The line to the agent that runs in a guest: JSON, one value a line, and one command at a time, because answers do not
 * say what they answer. Where the line may hold something of an earlier exchange, it is brought into step first: the byte
 * 0xFF, which no JSON has, makes the agent drop what it has half read, and stands before its answer to a synchronisation.
 */
import type { Clock } from "../clock.ts";
import { messageOf, SiteRecoveryError } from "../errors.ts";
import { type Message, said } from "../message.ts";
import type { Random } from "../random.ts";
import { LineSocket } from "./line-socket.ts";
import { withinLimit } from "../within-limit.ts";
import { QmpRefusal } from "./qmp-refusal.ts";

export interface AgentWait {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** One line from the agent. The guest writes it, so that it may be anything. */
interface AgentMessage {
  readonly return?: unknown;
  readonly error?: { readonly class?: unknown; readonly desc?: unknown };
}

const delimiter = 0xff;
/** An agent that has just been started may have lost what was sent before. */
const askAgainMs = 1000;

export class AgentChannel {
  readonly machine: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #socket: Promise<LineSocket>;
  readonly #syncIds = new Set<number>();
  /** Ends when the command before has its answer or is given up. */
  #turn: Promise<unknown> = Promise.resolve();
  #isInStep = false;
  #onStep: (() => void) | undefined;
  #onMessage: ((message: AgentMessage | undefined) => void) | undefined;
  #ended: SiteRecoveryError | undefined;
  readonly #end = new AbortController();

  constructor(socketPath: string, machine: string, clock: Clock, random: Random) {
    this.machine = machine;
    this.#clock = clock;
    this.#random = random;
    const user = { onLine: (line: Buffer) => this.#take(line), onEnd: (why: string) => this.#onEnd(why) };
    this.#socket = LineSocket.connect(socketPath, user).catch((error: unknown) => {
      this.#onEnd(messageOf(error));
      throw this.#ended;
    });
    this.#socket.catch(() => undefined);
  }

  /** Brings the line into step. Throws `SourceUnreachable` if no agent answers in time. */
  synchronise(wait: AgentWait): Promise<void> {
    return this.#inTurn("guest-sync-delimited", wait, () => Promise.resolve());
  }

  /**
   * The agent's answer to a command. Throws `SourceUnreachable` if none comes in time, when it is not known whether the
   * guest does it, and `JobFailed` if the agent refuses.
   */
  ask(command: string, args: object, wait: AgentWait): Promise<unknown> {
    return this.#inTurn(command, wait, async (over) => {
      const message = await this.#exchange(command, args, over);
      return message.return;
    });
  }

  /** Sends a command that has no answer unless the agent refuses: waits for a refusal until `timeoutMs` are over. */
  async tell(command: string, args: object, wait: AgentWait): Promise<void> {
    const silence = new Error("It has not refused.");
    await this.#inTurn(
      command,
      wait,
      async (over) => this.#exchange(command, args, over),
      () => silence,
    ).catch((error: unknown) => {
      // A guest that goes down takes its agent with it.
      if (error !== silence && error !== this.#ended) throw error;
    });
  }

  close(): void {
    void this.#socket.then((socket) => socket.close()).catch(() => undefined);
  }

  async #inTurn<T>(
    command: string,
    { timeoutMs, signal }: AgentWait,
    work: (over: AbortSignal) => Promise<T>,
    late: () => Error = () =>
      this.#unreachable(
        said`it did not answer ${command} in ${timeoutMs / 1000} s. Check that qemu-guest-agent runs in the guest.`,
      ),
  ): Promise<T> {
    signal?.throwIfAborted();
    const over = new AbortController();
    const before = this.#turn;
    const turn = before
      .catch(() => undefined)
      .then(async () => {
        over.signal.throwIfAborted();
        await this.#step(over.signal);
        return work(over.signal);
      });
    this.#turn = turn;
    try {
      return await withinLimit(turn, { clock: this.#clock, timeoutMs, signal }, late);
    } finally {
      over.abort();
    }
  }

  /** Asks until the agent answers, which it does only once it runs. */
  async #step(over: AbortSignal): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#isInStep) return;
    const socket = await this.#socket;
    const stop = AbortSignal.any([over, this.#end.signal]);
    // Answers to older ones do not say that what was asked after them has been answered.
    this.#syncIds.clear();
    const inStep = Promise.withResolvers<void>();
    this.#onStep = inStep.resolve;
    let answered = false;
    void inStep.promise.then(() => (answered = true));
    while (!answered) {
      stop.throwIfAborted();
      const id = this.#random.integer(2 ** 31);
      this.#syncIds.add(id);
      socket.send({ execute: "guest-sync-delimited", arguments: { id } }, Uint8Array.of(delimiter));
      const pause = new AbortController();
      const slept = this.#clock.sleep(askAgainMs, AbortSignal.any([stop, pause.signal]));
      slept.catch(() => undefined);
      await Promise.race([inStep.promise, slept]).finally(() => pause.abort());
    }
    this.#isInStep = true;
  }

  async #exchange(command: string, args: object, over: AbortSignal): Promise<AgentMessage> {
    const socket = await this.#socket;
    const answer = Promise.withResolvers<AgentMessage | undefined>();
    const giveUp = (): void => answer.reject(this.#ended ?? (over.reason as Error));
    const stop = AbortSignal.any([over, this.#end.signal]);
    if (stop.aborted) giveUp();
    stop.addEventListener("abort", giveUp, { once: true });
    this.#onMessage = answer.resolve;
    // Until its answer is here, what comes next on the line may belong to this command.
    this.#isInStep = false;
    try {
      socket.send({ execute: command, arguments: args });
      const message = await answer.promise;
      if (message === undefined)
        throw this.#unreachable(said`it answered ${command} with a line that is not JSON.`);
      this.#isInStep = true;
      if (message.error !== undefined) throw this.#refusal(command, message.error);
      return message;
    } finally {
      this.#onMessage = undefined;
    }
  }

  #take(line: Buffer): void {
    const at = line.lastIndexOf(delimiter);
    const message = parse(line.subarray(at + 1).toString("utf8"));
    // An answer to a synchronisation; those that were sent in vain are answered later, in between.
    if (at >= 0) {
      if (typeof message?.return === "number" && this.#syncIds.has(message.return)) this.#onStep?.();
      return;
    }
    this.#onMessage?.(message);
  }

  #onEnd(why: string): void {
    this.#ended ??= this.#unreachable(said`${why}. Check that the machine runs, then run again.`);
    this.#end.abort(this.#ended);
  }

  #unreachable(why: Message): SiteRecoveryError {
    const message = said`The guest agent of machine ${this.machine} cannot be reached: ${why}`;
    return new SiteRecoveryError("SourceUnreachable", message, { target: this.machine });
  }

  #refusal(command: string, error: NonNullable<AgentMessage["error"]>): SiteRecoveryError {
    const refusal = new QmpRefusal(command, String(error.class), String(error.desc));
    const message = said`The guest agent of machine ${this.machine} refused ${command}:
      ${refusal.description.replace(/\.$/, "")}. Look at the guest, then run again.`;
    return new SiteRecoveryError("JobFailed", message, { target: this.machine, cause: refusal });
  }
}

function parse(text: string): AgentMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
