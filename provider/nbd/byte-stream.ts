import type { Socket } from "node:net";

/** The other side has gone, or this one stops. */
export class StreamEnded extends Error {}

/**
 * A connection as bytes that are asked for: no more is read than was asked for, and nothing more is asked for before
 * an answer has left, so that a client can make the server hold one request and one answer, not more.
 */
export class ByteStream {
  readonly #socket: Socket;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    for (const event of ["readable", "drain", "end", "close", "error"]) {
      socket.on(event, () => this.#wake());
    }
  }

  /** Exactly `lengthBytes` bytes. Throws `StreamEnded` if the stream ends before. */
  async take(lengthBytes: number): Promise<Buffer> {
    for (;;) {
      if (this.#isStopped || this.#socket.destroyed) throw new StreamEnded();
      if (lengthBytes === 0) return Buffer.alloc(0);
      const data = this.#socket.read(lengthBytes) as Buffer | null;
      if (data?.length === lengthBytes) return data;
      if (data !== null || this.#socket.readableEnded) throw new StreamEnded();
      await this.#event();
    }
  }

  /** Resolves when the bytes are on their way. Throws `StreamEnded` if the receiver is gone. */
  async send(...parts: readonly Buffer[]): Promise<void> {
    for (const part of parts) {
      if (!this.#socket.writable) throw new StreamEnded();
      this.#socket.write(part);
    }
    while (this.#socket.writableNeedDrain) {
      if (this.#isStopped || this.#socket.destroyed) throw new StreamEnded();
      await this.#event();
    }
  }

  /** A caller that takes bytes, or waits for them to leave, gets `StreamEnded` from now on; an answer can still be sent. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  #event(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
