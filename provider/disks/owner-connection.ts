/** The asker's end of the socket to a disk's owner in another process. */
import net from "node:net";
import { SiteRecoveryError } from "../errors.ts";
import { systemClock } from "../clock.ts";
import { claimAddress } from "./claim-disk.ts";
import { encodeLine, splitLines } from "./owner-protocol.ts";
import type { OwnerAnswer, OwnerRequest } from "./owner-protocol.ts";
import { said } from "../message.ts";

interface Waiting {
  readonly resolve: (answer: OwnerAnswer) => void;
  readonly reject: (error: Error) => void;
}

export class OwnerConnection {
  readonly #diskPath: string;
  readonly #socket: net.Socket;
  readonly #waiting: Waiting[] = [];
  #broken = false;

  private constructor(diskPath: string, socket: net.Socket) {
    this.#diskPath = diskPath;
    this.#socket = socket;
    socket.on(
      "data",
      splitLines(
        (line) => this.#waiting.shift()?.resolve(JSON.parse(line) as OwnerAnswer),
        () => socket.destroy(),
      ),
    );
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#break());
  }

  /** A connection, or `undefined` if no process owns the disk (any more). */
  static open(realPath: string): Promise<OwnerConnection | undefined> {
    return new Promise((resolve) => {
      const socket = net.connect({ path: claimAddress(realPath) });
      socket.once("error", () => resolve(undefined));
      socket.once("connect", () => resolve(new OwnerConnection(realPath, socket)));
    });
  }

  get isBroken(): boolean {
    return this.#broken;
  }

  /**
   * Sends a request and gives the result. Throws the owner's error; `SourceUnreachable` when the owner is
   * gone or does not answer in time, after which the connection is closed.
   */
  async ask<Result>(request: OwnerRequest, waitMilliseconds: number): Promise<Result> {
    if (this.#broken) throw this.#unreachable("is gone");
    const inTime = new AbortController();
    this.#socket.ref();
    try {
      const answer = await new Promise<OwnerAnswer>((resolve, reject) => {
        this.#waiting.push({ resolve, reject });
        this.#socket.write(encodeLine(request));
        systemClock.sleep(waitMilliseconds, inTime.signal).then(
          () => {
            reject(this.#unreachable("does not answer"));
            this.close();
          },
          () => undefined,
        );
      });
      if (answer.error === undefined) return answer.result as Result;
      throw new SiteRecoveryError(answer.error.code, answer.error.message, { target: this.#diskPath });
    } finally {
      inTime.abort();
      this.#socket.unref();
    }
  }

  close(): void {
    this.#socket.destroy();
    this.#break();
  }

  #break(): void {
    this.#broken = true;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#unreachable("is gone"));
  }

  #unreachable(what: string): SiteRecoveryError {
    const message = said`The process that has ${this.#diskPath} open for writing ${what}. Try again.`;
    return new SiteRecoveryError("SourceUnreachable", message, { target: this.#diskPath });
  }
}
