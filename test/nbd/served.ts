/** A server over a disk in memory, and clients of it, for one test. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "vitest";
import type { SiteRecoveryError } from "../../provider/errors.ts";
import { NbdServer } from "../../provider/nbd/nbd-server.ts";
import type { DiskExtent, ServedDisk } from "../../provider/nbd/served-disk.ts";
import { NbdClient } from "./nbd-client.ts";

export const sizeBytes = 1_000_003;

export class MemoryDisk implements ServedDisk {
  readonly bytes = Buffer.alloc(sizeBytes, "abcdefg");
  readonly sizeBytes = sizeBytes;
  flushes = 0;
  failure: SiteRecoveryError | undefined;

  async read(buffer: Uint8Array, offset: number): Promise<void> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    buffer.set(this.bytes.subarray(offset, offset + buffer.length));
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    this.bytes.set(data, offset);
  }

  async flush(): Promise<void> {
    await Promise.resolve();
    this.flushes += 1;
  }

  /** Places of zeros as a list of first byte and end; what is known of the disk in this test. */
  zeros: readonly (readonly [from: number, to: number])[] = [];

  async allocation(offset: number, lengthBytes: number): Promise<DiskExtent[]> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    const extents: DiskExtent[] = [];
    for (let at = offset; at < offset + lengthBytes;) {
      const inside = this.zeros.find(([from, to]) => from <= at && at < to);
      const next = Math.min(
        ...this.zeros.map(([from]) => from).filter((from) => from > at),
        offset + lengthBytes,
      );
      const to = Math.min(inside?.[1] ?? next, offset + lengthBytes);
      extents.push({ lengthBytes: to - at, isZero: inside !== undefined });
      at = to;
    }
    return extents;
  }
}

export class Served {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-nbd-"));
  readonly socketPath = path.join(this.folder, "nbd.sock");
  readonly disk = new MemoryDisk();
  readonly errors: Error[] = [];
  readonly server = new NbdServer(new Map([["os", this.disk]]), (error) => this.errors.push(error));
  readonly #clients: NbdClient[] = [];

  static async open(): Promise<Served> {
    const served = new Served();
    await served.server.listen({ socketPath: served.socketPath });
    return served;
  }

  connect(): NbdClient {
    const client = new NbdClient({ path: this.socketPath });
    this.#clients.push(client);
    return client;
  }

  async connected(): Promise<NbdClient> {
    const client = this.connect();
    await client.greet();
    expect(await client.go("os")).toBe(sizeBytes);
    return client;
  }

  /** The server still serves, whatever was done to it. */
  async works(): Promise<void> {
    const client = await this.connected();
    expect(await client.read(0, 7)).toEqual(this.disk.bytes.subarray(0, 7));
    client.close();
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.server.close();
    fs.rmSync(this.folder, { recursive: true });
  }
}
