import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { NbdServer } from "../../provider/nbd/nbd-server.ts";
import { commands, infoRequest, NbdClient, options, requestHeader, uint32 } from "./nbd-client.ts";
import { Served, sizeBytes } from "./served.ts";

const errorBit = 0x8000_0000;
let served: Served;

beforeEach(async () => {
  served = await Served.open();
});

afterEach(() => served.close());

describe("negotiation", () => {
  it("greets as the protocol says, and tells disks, size, flags and block sizes", async () => {
    const client = served.connect();
    expect((await client.greet()).toString("latin1")).toBe("NBDMAGICIHAVEOPT\0\u0003");
    const list = await client.option(options.list);
    expect(list.map(({ type }) => type)).toEqual([2, 1]);
    expect(list[0]!.data).toEqual(Buffer.concat([uint32(2), Buffer.from("os")]));
    const info = await client.option(options.info, infoRequest("os"));
    expect(info.map(({ type }) => type)).toEqual([3, 3, 1]);
    // Has flags, flush, forced unit access, trim, several connections.
    expect(info[0]!.data.readUInt16BE(10)).toBe(0x12d);
    expect(info[1]!.data).toEqual(
      Buffer.concat([Buffer.from([0, 3]), uint32(1), uint32(65_536), uint32(33_554_432)]),
    );
    expect(await client.go("")).toBe(sizeBytes);
  });

  it.each([
    [3, 10],
    [1, 134],
  ])("takes the older form of choosing a disk (flags %i)", async (flags, answerBytes) => {
    const client = served.connect();
    await client.greet(flags);
    client.socket.write(Buffer.concat([Buffer.from("IHAVEOPT"), uint32(1), uint32(2), Buffer.from("os")]));
    const answer = await client.take(answerBytes);
    expect(Number(answer.readBigUInt64BE(0))).toBe(sizeBytes);
    expect(await client.read(7, 3)).toEqual(Buffer.from("abc"));
  });

  it("refuses what it does not know by number, and goes on", async () => {
    const client = served.connect();
    await client.greet();
    const refusal = async (id: number, data?: Buffer): Promise<number> =>
      (await client.option(id, data)).at(-1)!.type - errorBit;
    expect(await refusal(options.startTls)).toBe(1);
    expect(await refusal(77, Buffer.alloc(4000))).toBe(1);
    expect(await refusal(options.list, Buffer.alloc(1))).toBe(3);
    expect(await refusal(options.go, infoRequest("other"))).toBe(6);
    expect(await refusal(options.go, Buffer.alloc(5))).toBe(3);
    expect(await refusal(options.go, Buffer.concat([uint32(0xffff_fff0), Buffer.alloc(20)]))).toBe(3);
    expect(await client.go("os")).toBe(sizeBytes);
    const leaving = served.connect();
    await leaving.greet();
    expect((await leaving.option(options.abort))[0]!.type).toBe(1);
    await leaving.ended();
  });
});

describe("requests", () => {
  it("reads and writes what was asked for, seen over every connection", async () => {
    const [one, other] = [await served.connected(), await served.connected()];
    expect(await one.write(sizeBytes - 5, Buffer.from("12345"))).toBe(0);
    expect((await other.read(sizeBytes - 6, 6)).toString().slice(1)).toBe("12345");
    expect((await one.read(0, sizeBytes)).equals(served.disk.bytes)).toBe(true);
    expect(await one.request(commands.flush, 0, 0)).toBe(0);
    expect(await one.request(commands.write, 0, 1, Buffer.from("x"), 1)).toBe(0);
    expect(served.disk.flushes).toBe(2);
    expect(await one.request(commands.trim, 0, 4096)).toBe(0);
    one.socket.write(requestHeader({ type: commands.disconnect, offset: 0, length: 0 }));
    await one.ended();
    expect(await other.read(0, 1)).toEqual(Buffer.from("x"));
  });

  it("answers requests that come all at once, each with its own", async () => {
    const client = await served.connected();
    const count = 200;
    for (let index = 0; index < count; index += 1) {
      client.socket.write(
        requestHeader({ type: commands.read, offset: index * 11, length: 50, cookie: BigInt(index) }),
      );
    }
    for (let index = 0; index < count; index += 1) {
      const reply = await client.take(66);
      expect(reply.readBigUInt64BE(8)).toBe(BigInt(index));
      expect(reply.subarray(16)).toEqual(served.disk.bytes.subarray(index * 11, index * 11 + 50));
    }
  });

  it("refuses what is outside of the disk, too long or unknown, and goes on", async () => {
    const client = await served.connected();
    expect(await client.request(commands.read, sizeBytes, 1)).toBe(22);
    expect(await client.request(commands.read, 0, 33_554_433)).toBe(22);
    expect(await client.request(commands.write, sizeBytes - 1, 2, Buffer.alloc(2))).toBe(28);
    expect(await client.request(commands.writeZeroes, 0, 10)).toBe(95);
    expect(await client.request(commands.trim, sizeBytes, 1)).toBe(22);
    client.socket.write(requestHeader({ type: commands.read, offset: 0xffff_ffff_ffff_ffffn, length: 9 }));
    expect((await client.take(16)).readUInt32BE(4)).toBe(22);
    expect(await client.read(0, 1)).toEqual(Buffer.from("a"));
  });

  it("tells a failure by number and its reason to the server's owner", async () => {
    const client = await served.connected();
    served.disk.failure = new SiteRecoveryError("Damaged", "block 3 is damaged");
    await expect(client.read(0, 10)).rejects.toThrow("error 5");
    served.disk.failure = new SiteRecoveryError("DiskFull", "no space");
    expect(await client.write(0, Buffer.from("x"))).toBe(28);
    expect(served.errors.map((error) => error.message)).toEqual(["block 3 is damaged", "no space"]);
    served.disk.failure = undefined;
    expect((await client.read(0, 1)).toString()).toBe("a");
  });
});

describe("the server's address", () => {
  it("is a socket that its owner alone may open", () => {
    expect(fs.statSync(served.socketPath).mode & 0o777).toBe(0o600);
    expect(served.server.uriOf("os")).toBe(`nbd+unix:///os?socket=${served.socketPath}`);
  });

  it("may be a port of this computer", async () => {
    const second = new NbdServer(new Map([["os", served.disk]]), (error) => served.errors.push(error));
    await second.listen({ port: 0 });
    const [, port] = /^nbd:\/\/127\.0\.0\.1:(\d+)\/os$/.exec(second.uriOf("os")) ?? [];
    const client = new NbdClient({ host: "127.0.0.1", port: Number(port) });
    await client.greet();
    expect(await client.go("os")).toBe(sizeBytes);
    const third = new NbdServer(new Map(), () => undefined);
    await expect(third.listen({ port: Number(port) })).rejects.toMatchObject({ code: "InUse" });
    await second.close();
    await client.ended();
  });

  it("is refused when it is longer than the system takes", async () => {
    const second = new NbdServer(new Map(), () => undefined);
    const long = path.join(served.folder, "x".repeat(100));
    await expect(second.listen({ socketPath: long })).rejects.toMatchObject({ code: "InvalidInput" });
  });
});
