/**
 * A unix socket on which each message is one line: the form of QMP and of the guest agent. It knows nothing of what a
 * line means.
 */
import net from "node:net";

export interface LineSocketUser {
  /** Gets each whole line, without its end. */
  onLine(line: Buffer): void;
  /** Called once, when no line will come any more: closed by either side, or broken. */
  onEnd(why: string): void;
}

/** A line that is longer ends the connection: the other side may be a guest that is not to be trusted. */
const lineBytesMax = 64 * 1_048_576;
const lineFeed = 10;

export class LineSocket {
  readonly #socket: net.Socket;
  readonly #user: LineSocketUser;
  #parts: Buffer[] = [];
  #partBytes = 0;
  #hasEnded = false;

  private constructor(socket: net.Socket, user: LineSocketUser) {
    this.#socket = socket;
    this.#user = user;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", (error) => this.#end(error.message));
    socket.on("close", () => this.#end("the other side closed the connection"));
  }

  /** Rejects with the error of the system, such as `ENOENT` or `ECONNREFUSED`. */
  static connect(socketPath: string, user: LineSocketUser): Promise<LineSocket> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ path: socketPath }, () => {
        socket.off("error", reject);
        resolve(new LineSocket(socket, user));
      });
      socket.once("error", reject);
    });
  }

  get isOpen(): boolean {
    return !this.#hasEnded;
  }

  /** Sends a message, preceded by `prefix` if there is one. Does nothing once the connection has ended. */
  send(message: object, prefix?: Uint8Array): void {
    if (this.#hasEnded) return;
    if (prefix !== undefined) this.#socket.write(prefix);
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  close(): void {
    this.#end("it was closed here");
  }

  #end(why: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#socket.destroy();
    this.#parts = [];
    this.#user.onEnd(why);
  }

  #take(chunk: Buffer): void {
    let rest = chunk;
    for (let end; (end = rest.indexOf(lineFeed)) >= 0; rest = rest.subarray(end + 1)) {
      const line = Buffer.concat([...this.#parts, rest.subarray(0, end)]);
      this.#parts = [];
      this.#partBytes = 0;
      this.#user.onLine(line);
      if (this.#hasEnded) return;
    }
    this.#parts.push(rest);
    this.#partBytes += rest.length;
    if (this.#partBytes > lineBytesMax) this.#end(`a line of more than ${lineBytesMax} bytes came`);
  }
}
