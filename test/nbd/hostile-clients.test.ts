import net from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SeededRandom } from "../../provider/random.ts";
import { commands, infoRequest, requestHeader, uint32 } from "./nbd-client.ts";
import { MemoryDisk, Served, sizeBytes } from "./served.ts";

let served: Served;

beforeEach(async () => {
  served = await Served.open();
});

afterEach(() => served.close());

describe("what no client should send", () => {
  it.each<[what: string, bytes: Buffer]>([
    ["unknown flags", uint32(0xffff_ffff)],
    ["another magic number", Buffer.concat([uint32(3), Buffer.alloc(16, "x")])],
    [
      "an option of 4 GiB",
      Buffer.concat([uint32(3), Buffer.from("IHAVEOPT"), uint32(7), uint32(0xffff_ffff)]),
    ],
    [
      "the name of no disk",
      Buffer.concat([uint32(3), Buffer.from("IHAVEOPT"), uint32(1), uint32(1), Buffer.from("x")]),
    ],
  ])("%s ends the connection and nothing else", async (_what, bytes) => {
    const client = served.connect();
    client.socket.write(bytes);
    await client.ended();
    await served.works();
  });

  it.each<[what: string, bytes: Buffer]>([
    ["a request without its magic number", Buffer.alloc(28, 1)],
    ["a write of 4 GiB", requestHeader({ type: commands.write, offset: 0, length: 0xffff_ffff })],
  ])("%s ends the connection and nothing else", async (_what, bytes) => {
    const client = await served.connected();
    client.socket.write(bytes);
    await client.ended();
    await served.works();
    expect(served.disk.bytes.equals(new MemoryDisk().bytes)).toBe(true);
  });

  it("random bytes at any point of the talk never end the server, nor write", async () => {
    const random = new SeededRandom(11);
    for (let round = 0; round < 60; round += 1) {
      const client = round % 2 === 0 ? served.connect() : await served.connected();
      const bytes = Buffer.from(random.bytes(1 + random.integer(300)));
      // Half of them begin as they should.
      if (round % 4 === 1) bytes.writeUInt32BE(0x25609513, 0);
      if (round % 4 === 1 && bytes.length > 8) bytes.writeUInt16BE(7, 6);
      client.socket.end(bytes);
      await client.ended();
      client.close();
    }
    await served.works();
    expect(served.errors).toEqual([]);
    expect(served.disk.bytes.equals(new MemoryDisk().bytes)).toBe(true);
  });

  it("a client that leaves in the middle, or takes no answers, is no concern of the others", async () => {
    const leaving = await served.connected();
    leaving.socket.write(requestHeader({ type: commands.write, offset: 0, length: 1000 }));
    leaving.socket.write(Buffer.alloc(500));
    leaving.close();
    const deaf = net.connect({ path: served.socketPath });
    deaf.pause();
    deaf.write(Buffer.concat([uint32(3), Buffer.from("IHAVEOPT"), uint32(7), uint32(8), infoRequest("os")]));
    for (let count = 0; count < 50; count += 1) {
      deaf.write(requestHeader({ type: commands.read, offset: 0, length: sizeBytes }));
    }
    await served.works();
    // It is not waited for either.
    await served.server.close();
    deaf.destroy();
    expect(served.disk.bytes.equals(new MemoryDisk().bytes)).toBe(true);
  });
});
