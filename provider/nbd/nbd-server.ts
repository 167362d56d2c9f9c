/**
 * Serves disks to other programs over NBD, the protocol of network block devices that qemu, nbd-client and libnbd
 * speak. It knows nothing of what a disk is made of. Whatever a client sends ends in an answer or in the end of its
 * connection, never in the end of the server; a connection holds one request in memory.
 */
import net from "node:net";
import { SiteRecoveryError } from "../errors.ts";
import { ByteStream, StreamEnded } from "./byte-stream.ts";
import { type Disks, negotiate } from "./negotiate.ts";
import { serveRequests } from "./serve-requests.ts";

/** A local socket, which the owner of the process alone may open, or a port of this computer (0: a free one). */
export type Address = { readonly socketPath: string } | { readonly port: number };

const connectionsMax = 16;
/** The system cuts off what is longer, without a word. */
const socketPathBytesMax = 103;
const host = "127.0.0.1";

export class NbdServer {
  readonly #server: net.Server;
  readonly #disks: Disks;
  readonly #onError: (error: Error) => void;
  readonly #connections = new Map<ByteStream, { socket: net.Socket; ended: Promise<void> }>();

  /** `onError` gets what kept a client's request from being done; the client sees an error number. */
  constructor(disks: Disks, onError: (error: Error) => void) {
    this.#disks = disks;
    this.#onError = onError;
    this.#server = net.createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = connectionsMax;
  }

  /** Where a client finds a disk, in the form that the NBD project gives such addresses. */
  uriOf(name: string): string {
    const address = this.#server.address();
    const disk = encodeURIComponent(name);
    if (typeof address === "string") return `nbd+unix:///${disk}?socket=${encodeURI(address)}`;
    return `nbd://${host}:${address?.port}/${disk}`;
  }

  /** Throws `InvalidInput` for a path that is too long, and `InUse` when it cannot listen there. */
  async listen(address: Address): Promise<void> {
    const where = "socketPath" in address ? address.socketPath : `port ${address.port}`;
    if ("socketPath" in address && Buffer.byteLength(where) > socketPathBytesMax) {
      const message = `The local socket ${where} has a path of more than ${socketPathBytesMax} bytes. Name a shorter one with --socket.`;
      throw new SiteRecoveryError("InvalidInput", message, { target: where, property: "socket" });
    }
    try {
      await this.#listen(address);
    } catch (error) {
      const message = `Cannot listen at ${where}: ${(error as Error).message}. Choose another with --socket or --port.`;
      throw new SiteRecoveryError("InUse", message, { target: where, cause: error });
    }
    this.#server.on("error", this.#onError);
  }

  /** Takes no more requests; what is under way is finished and answered. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const connections = [...this.#connections];
    for (const [stream] of connections) stream.stop();
    for (const [, { socket, ended }] of connections) {
      await ended;
      socket.destroy();
    }
    await closed;
  }

  #listen(address: Address): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      const onListening = (): void => {
        this.#server.off("error", reject);
        resolve();
      };
      if ("port" in address) {
        this.#server.listen({ host, port: address.port }, onListening);
        return;
      }
      // The socket is made within this call, and open to its owner alone from its first moment.
      const mask = process.umask(0o177);
      this.#server.listen({ path: address.socketPath }, onListening);
      process.umask(mask);
    });
  }

  #accept(socket: net.Socket): void {
    socket.setNoDelay(true);
    const stream = new ByteStream(socket);
    const ended = this.#serve(stream).finally(() => {
      this.#connections.delete(stream);
      socket.destroySoon();
    });
    this.#connections.set(stream, { socket, ended });
  }

  async #serve(stream: ByteStream): Promise<void> {
    try {
      const session = await negotiate(stream, this.#disks);
      if (session !== undefined) await serveRequests(stream, session, this.#onError);
    } catch (error) {
      if (!(error instanceof StreamEnded)) this.#onError(error as Error);
    }
  }
}
