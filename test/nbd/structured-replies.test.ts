import { execFile } from "node:child_process";
import fs from "node:fs";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { connectNbd } from "../../provider/nbd/client/connect-nbd.ts";
import { describeWith } from "../qemu/installed.ts";
import { commands, infoRequest, type NbdClient, requestHeader, uint32 } from "./nbd-client.ts";
import { Served, sizeBytes } from "./served.ts";

const allocation = "base:allocation";
const blockStatus = 7;
const errorBit = 0x8000_0000;
let served: Served;

beforeEach(async () => {
  served = await Served.open();
  served.disk.zeros = [
    [0, 300_032],
    [400_384, 400_896],
    [699_904, sizeBytes],
  ];
  for (const [from, to] of served.disk.zeros) served.disk.bytes.fill(0, from, to);
});

afterEach(() => served.close());

const contexts = (name: string, ...queries: readonly string[]): Buffer =>
  Buffer.concat([
    uint32(name.length),
    Buffer.from(name),
    uint32(queries.length),
    ...queries.flatMap((query) => [uint32(query.length), Buffer.from(query)]),
  ]);

/** A connection with structured replies, and the allocation of a disk if it is named. */
async function structured(contextOf?: string): Promise<NbdClient> {
  const client = served.connect();
  await client.greet();
  expect((await client.option(8)).at(-1)!.type).toBe(1);
  if (contextOf !== undefined) await client.option(10, contexts(contextOf, allocation));
  expect(await client.go("os")).toBe(sizeBytes);
  return client;
}

interface Chunk {
  readonly flags: number;
  readonly type: number;
  readonly data: Buffer;
}

/** The chunks of an answer to a request. */
async function ask(
  client: NbdClient,
  type: number,
  offset: number,
  length: number,
  flags = 0,
): Promise<Chunk[]> {
  client.socket.write(requestHeader({ type, offset, length, flags, cookie: 77n }));
  const chunks: Chunk[] = [];
  for (;;) {
    const header = await client.take(20);
    expect(header.readUInt32BE(0)).toBe(0x668e33ef);
    expect(header.readBigUInt64BE(8)).toBe(77n);
    const data = Buffer.from(await client.take(header.readUInt32BE(16)));
    chunks.push({ flags: header.readUInt16BE(4), type: header.readUInt16BE(6), data });
    if (chunks.at(-1)!.flags === 1) return chunks;
  }
}

describe("the choice of contexts", () => {
  it("offers the allocation of a disk, to those who have asked for structured replies", async () => {
    const client = served.connect();
    await client.greet();
    const refusal = async (id: number, data: Buffer): Promise<number> =>
      (await client.option(id, data)).at(-1)!.type;
    expect(await refusal(8, Buffer.alloc(1))).toBe(errorBit + 3);
    expect(await refusal(10, contexts("os", allocation))).toBe(errorBit + 3);
    const listed = await client.option(9, contexts("os"));
    expect(listed.map(({ type }) => type)).toEqual([4, 1]);
    expect(listed[0]!.data.toString("latin1", 4)).toBe(allocation);
    expect((await client.option(9, contexts("os", "base:"))).length).toBe(2);
    expect((await client.option(9, contexts("os", "qemu:"))).length).toBe(1);
    await client.option(8);
    expect(await refusal(10, contexts("other", allocation))).toBe(errorBit + 6);
    expect((await client.option(10, contexts("os", "base:", "qemu:dirty-bitmap:x"))).length).toBe(1);
    const set = await client.option(10, contexts("os", "qemu:dirty-bitmap:x", allocation));
    expect(set.map(({ type }) => type)).toEqual([4, 1]);
    const info = await client.option(6, infoRequest("os"));
    // As before, and that a read may be asked for in one piece.
    expect(info[0]!.data.readUInt16BE(10)).toBe(0x1ad);
  });

  it.each<[what: string, data: Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["a name that is not there", uint32(9)],
    ["no count", Buffer.concat([uint32(2), Buffer.from("os")])],
    ["more contexts than there are", Buffer.concat([uint32(2), Buffer.from("os"), uint32(0xffff_ffff)])],
    ["a context of 4 GiB", Buffer.concat([uint32(2), Buffer.from("os"), uint32(1), uint32(0xffff_ffff)])],
    ["something behind", Buffer.concat([contexts("os", allocation), Buffer.alloc(1)])],
  ])("refuses %s, and goes on", async (_what, data) => {
    const client = served.connect();
    await client.greet();
    await client.option(8);
    for (const id of [9, 10]) expect((await client.option(id, data)).at(-1)!.type).toBe(errorBit + 3);
    expect(await client.go("os")).toBe(sizeBytes);
    const [error] = await ask(client, blockStatus, 0, 10);
    expect(error!.data.readUInt32BE(0)).toBe(22);
  });
});

describe("structured replies", () => {
  it("say where a disk is known to be zeros", async () => {
    const client = await structured("os");
    const [status] = await ask(client, blockStatus, 100_000, 300_434);
    const numbers = Array.from({ length: status!.data.length / 4 }, (_, index) =>
      status!.data.readUInt32BE(4 * index),
    );
    expect(status!.type).toBe(5);
    expect(numbers).toEqual([1, 200_032, 3, 100_352, 0, 50, 3]);
    const [first] = await ask(client, blockStatus, 100_000, 300_434, 8);
    expect(first!.data.length).toBe(12);
    for (const [offset, length] of [
      [0, 0],
      [sizeBytes, 1],
      [0, sizeBytes + 1],
    ] as const) {
      const [error] = await ask(client, blockStatus, offset, length);
      expect([error!.type, error!.data.readUInt32BE(0)]).toEqual([0x8001, 22]);
    }
  });

  it("leave out long runs of zeros from a read, and never a byte of data", async () => {
    const client = await structured();
    const chunks = await ask(client, commands.read, 0, sizeBytes);
    expect(chunks.map(({ type }) => type)).toEqual([2, 1, 2, 0]);
    const bytes = Buffer.alloc(sizeBytes, "x");
    for (const { type, data } of chunks.slice(0, 3)) {
      const at = Number(data.readBigUInt64BE(0));
      if (type === 2) bytes.fill(0, at, at + data.readUInt32BE(8));
      else data.copy(bytes, at, 8);
    }
    expect(bytes.equals(served.disk.bytes)).toBe(true);
    const inOne = await ask(client, commands.read, 0, sizeBytes, 4);
    expect(inOne.map(({ type }) => type)).toEqual([1, 0]);
    expect(inOne[0]!.data.subarray(8).equals(served.disk.bytes)).toBe(true);
    // Other commands keep their simple replies.
    expect(await client.write(0, Buffer.from("x"))).toBe(0);
    expect(await client.request(commands.flush, 0, 0)).toBe(0);
    expect((await ask(client, commands.read, 0, 0)).map(({ type }) => type)).toEqual([0]);
  });

  it("end with the error of a read that fails, and the connection goes on", async () => {
    const client = await structured();
    served.disk.failure = new SiteRecoveryError("Damaged", "block 3 is damaged");
    const chunks = await ask(client, commands.read, 0, 100);
    expect(chunks.map(({ type, data }) => [type, data.readUInt32BE(0)])).toEqual([[0x8001, 5]]);
    served.disk.failure = undefined;
    expect((await ask(client, commands.read, sizeBytes, 1))[0]!.data.readUInt32BE(0)).toBe(22);
    expect((await ask(client, commands.read, 350_000, 10))[0]!.data.subarray(8)).toEqual(
      served.disk.bytes.subarray(350_000, 350_010),
    );
  });

  it("are not sent to those who did not ask", async () => {
    const client = await served.connected();
    expect(await client.read(0, 7)).toEqual(served.disk.bytes.subarray(0, 7));
    expect(await client.request(blockStatus, 0, 10)).toBe(22);
  });

  it("are understood by the project's own client", async () => {
    const client = await connectNbd({
      socketPath: served.socketPath,
      exportName: "os",
      contexts: [allocation, "x:y"],
    });
    expect([client.sizeBytes, client.has(allocation), client.has("x:y")]).toEqual([sizeBytes, true, false]);
    const reads = await Promise.all([
      client.read(0, sizeBytes),
      client.read(5, 100),
      client.extents(allocation),
    ]);
    expect(reads[0].equals(served.disk.bytes)).toBe(true);
    expect(reads[1]).toEqual(served.disk.bytes.subarray(5, 105));
    expect(reads[2].filter(({ flags }) => flags === 3).map(({ offset }) => offset)).toEqual([
      0, 400_384, 699_904,
    ]);
    await client.write(Buffer.from("12345"), 350_000);
    await client.flush();
    expect(await client.read(350_000, 5)).toEqual(Buffer.from("12345"));
    await expect(client.read(sizeBytes, 1)).rejects.toMatchObject({ code: "IoFailed" });
    await expect(client.extents("x:y")).rejects.toMatchObject({ code: "IoFailed" });
    const under = client.read(0, 10);
    client.close();
    await expect(under).rejects.toMatchObject({ code: "IoFailed" });
    const wrong = connectNbd({ socketPath: served.socketPath, exportName: "other" });
    await expect(wrong).rejects.toMatchObject({ code: "IoFailed" });
    const absent = connectNbd({ socketPath: `${served.socketPath}.not`, exportName: "os" });
    await expect(absent).rejects.toMatchObject({ code: "SourceUnreachable" });
  });
});

const run = promisify(execFile);

describeWith(["nbdinfo", "nbdcopy", "qemu-img"], "clients of other projects", () => {
  it("see the holes, and copy all else", { timeout: 60_000 }, async () => {
    const uri = served.server.uriOf("os");
    const { stdout: map } = await run("nbdinfo", ["--map", "--json", uri]);
    const extents = JSON.parse(map) as { offset: number; length: number; type: number }[];
    expect(extents.filter(({ type }) => type === 3).map(({ offset }) => offset)).toEqual([
      0, 400_384, 699_904,
    ]);
    for (const [program, words] of [
      ["nbdcopy", [uri]],
      ["qemu-img", ["convert", "-f", "raw", "-O", "raw", uri]],
    ] as const) {
      const copy = `${served.folder}/${program}.img`;
      await run(program, [...words, copy]);
      expect(fs.readFileSync(copy).subarray(0, sizeBytes).equals(served.disk.bytes), program).toBe(true);
    }
    const { stdout } = await run("qemu-img", ["map", "--output=json", "-f", "raw", uri]);
    const mapped = JSON.parse(stdout) as { start: number; zero: boolean }[];
    expect(mapped[0]).toMatchObject({ start: 0, zero: true });
    expect(mapped.some(({ zero }) => !zero)).toBe(true);
  });
});
