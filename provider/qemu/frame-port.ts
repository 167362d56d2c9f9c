/**
 * A port of a QEMU's own network hub, added while it runs, at which this process sends and receives frames as a machine on
 * that network would.
 */
import net from "node:net";
import type { FileSystem } from "../blocks/file-system.ts";
import type { Clock } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { Qmp } from "./qmp.ts";

/** The hub that the cards of an isolated machine are on. */
export const hubId = 0;

const streamName = "sr-probe";
const hubPortName = "sr-probe-port";
const [connectMs, retryMs] = [10_000, 25];
/** Before each frame of a stream. */
const lengthBytes = 4;

/** Does a piece of work with QEMU's monitor, which only one may use at a time. */
export type WithMonitor = <T>(work: (qmp: Qmp) => Promise<T>) => Promise<T>;

/** What an earlier process left when it was killed. */
async function removeLeft(qmp: Qmp): Promise<void> {
  // Absent is fine.
  for (const id of [hubPortName, streamName]) await qmp.execute("netdev_del", { id }).catch(() => undefined);
}

function unreachable(socketPath: string, error: Error): SiteRecoveryError {
  const message = said`QEMU has not opened its network to ${socketPath}: ${error.message}`;
  return new SiteRecoveryError("SourceUnreachable", message, { cause: error });
}

/** QEMU answers that the network is there before it listens. */
async function connectOnce(socketPath: string, clock: Clock): Promise<net.Socket> {
  const until = clock.monotonic() + connectMs;
  for (;;) {
    const socket = net.connect(socketPath);
    const error = await new Promise<Error | undefined>((resolve) => {
      socket.once("connect", () => resolve(undefined)).once("error", resolve);
    });
    if (error === undefined) return socket;
    if (clock.monotonic() >= until) throw unreachable(socketPath, error);
    await clock.sleep(retryMs);
  }
}

export class FramePort {
  readonly #withMonitor: WithMonitor;
  readonly #files: FileSystem;
  readonly #socketPath: string;
  readonly #socket: net.Socket;
  #rest: Buffer = Buffer.alloc(0);

  private constructor(withMonitor: WithMonitor, files: FileSystem, socketPath: string, socket: net.Socket) {
    this.#withMonitor = withMonitor;
    this.#files = files;
    this.#socketPath = socketPath;
    this.#socket = socket;
  }

  /** `onFrame` gets each frame on the hub. The socket's path must be short, and in a folder that its owner alone may enter. */
  static async open(
    withMonitor: WithMonitor,
    files: FileSystem,
    socketPath: string,
    clock: Clock,
    onFrame: (frame: Buffer) => void,
  ): Promise<FramePort> {
    files.remove(socketPath);
    await withMonitor(async (qmp) => {
      await removeLeft(qmp);
      const addr = { type: "unix", path: socketPath };
      await qmp.execute("netdev_add", { type: "stream", id: streamName, server: true, addr });
      await qmp.execute("netdev_add", { type: "hubport", id: hubPortName, hubid: hubId, netdev: streamName });
    });
    const socket = await connectOnce(socketPath, clock);
    const port = new FramePort(withMonitor, files, socketPath, socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => port.#take(chunk, onFrame));
    return port;
  }

  send(frame: Buffer): void {
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32BE(frame.length);
    this.#socket.write(Buffer.concat([length, frame]));
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#withMonitor(removeLeft);
    this.#files.remove(this.#socketPath);
  }

  #take(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (this.#rest.length < lengthBytes) return;
      const end = lengthBytes + this.#rest.readUInt32BE(0);
      if (this.#rest.length < end) return;
      onFrame(this.#rest.subarray(lengthBytes, end));
      this.#rest = this.#rest.subarray(end);
    }
  }
}
