/** A small NBD client: what the protocol's document says, written apart from the server. */
import net from "node:net";

export const options = { exportName: 1, abort: 2, list: 3, startTls: 5, info: 6, go: 7 } as const;
export const commands = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, writeZeroes: 6 } as const;

export interface OptionReply {
  readonly type: number;
  readonly data: Buffer;
}

export class NbdClient {
  readonly socket: net.Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;
  #cookie = 0n;

  constructor(where: net.NetConnectOpts) {
    this.socket = net.connect(where);
    this.socket.on("data", (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#wake();
    });
    for (const event of ["end", "close", "error"]) {
      this.socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  /** Greets, and answers with these flags. */
  async greet(flags = 3): Promise<Buffer> {
    const greeting = await this.take(18);
    this.socket.write(uint32(flags));
    return greeting;
  }

  /** Connects to a disk with the newer form of choosing; its size. */
  async go(name: string): Promise<number> {
    const replies = await this.option(options.go, infoRequest(name));
    const size = replies.find((reply) => reply.type === 3 && reply.data.readUInt16BE(0) === 0);
    if (replies.at(-1)?.type !== 1 || !size) throw new Error(`refused with ${replies.at(-1)?.type}`);
    return Number(size.data.readBigUInt64BE(2));
  }

  /** An option and all its replies, up to the one that ends them. */
  async option(id: number, data: Buffer = Buffer.alloc(0)): Promise<OptionReply[]> {
    this.socket.write(Buffer.concat([Buffer.from("IHAVEOPT"), uint32(id), uint32(data.length), data]));
    const replies: OptionReply[] = [];
    for (;;) {
      const header = await this.take(20);
      const type = header.readUInt32BE(12);
      replies.push({ type, data: await this.take(header.readUInt32BE(16)) });
      if (type === 1 || type > 0x7fff_ffff) return replies;
    }
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const error = await this.request(commands.read, offset, length);
    if (error !== 0) throw new Error(`error ${error}`);
    return this.take(length);
  }

  async write(offset: number, data: Buffer): Promise<number> {
    return this.request(commands.write, offset, data.length, data);
  }

  /** Sends a request and returns the error number of its reply. */
  async request(type: number, offset: number, length: number, data?: Buffer, flags = 0): Promise<number> {
    this.#cookie += 1n;
    this.socket.write(requestHeader({ type, offset, length, flags, cookie: this.#cookie }));
    if (data) this.socket.write(data);
    const reply = await this.take(16);
    if (reply.readUInt32BE(0) !== 0x67446698) throw new Error("no reply");
    if (reply.readBigUInt64BE(8) !== this.#cookie) throw new Error("a reply to another request");
    return reply.readUInt32BE(4);
  }

  async take(length: number): Promise<Buffer> {
    while (this.#received.length < length) {
      if (this.#ended) throw new Error("the connection has ended");
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }

  /** Resolves when the server has ended the connection. */
  async ended(): Promise<void> {
    while (!this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  close(): void {
    this.socket.destroy();
  }
}

export function requestHeader(request: {
  type: number;
  offset: number | bigint;
  length: number;
  flags?: number;
  cookie?: bigint;
}): Buffer {
  const header = Buffer.alloc(28);
  header.writeUInt32BE(0x25609513, 0);
  header.writeUInt16BE(request.flags ?? 0, 4);
  header.writeUInt16BE(request.type, 6);
  header.writeBigUInt64BE(request.cookie ?? 0n, 8);
  header.writeBigUInt64BE(BigInt(request.offset), 16);
  header.writeUInt32BE(request.length, 24);
  return header;
}

export function infoRequest(name: string): Buffer {
  return Buffer.concat([uint32(Buffer.byteLength(name)), Buffer.from(name), Buffer.alloc(2)]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
