import { describe, expect, it } from "vitest";
import { PendingReply } from "../../provider/nbd/client/pending-reply.ts";

const at = (offset: number, rest: Buffer): Buffer => {
  const place = Buffer.alloc(8);
  place.writeBigUInt64BE(BigInt(offset));
  return Buffer.concat([place, rest]);
};
const numbers = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
};
const reading = (): PendingReply =>
  new PendingReply({ offset: 1000, lengthBytes: 10, into: Buffer.alloc(10, "-") });

describe("the reply to a read", () => {
  it("is whole when each byte has come, as data or as a hole", () => {
    const reply = reading();
    expect(reply.take(1, at(1004, Buffer.from("abcdef")))).toBe(true);
    expect(reply.isWhole).toBe(false);
    expect(reply.take(2, at(1000, numbers(4)))).toBe(true);
    expect(reply.take(0, Buffer.alloc(0))).toBe(true);
    expect(reply.isWhole).toBe(true);
    expect(reply.asked.into!.toString()).toBe("\0\0\0\0abcdef");
  });

  it.each<[what: string, type: number, data: Buffer]>([
    ["bytes before it", 1, at(999, Buffer.from("ab"))],
    ["bytes behind it", 1, at(1009, Buffer.from("ab"))],
    ["bytes at no place", 1, at(2 ** 52, Buffer.from("a"))],
    ["no bytes", 1, at(1000, Buffer.alloc(0))],
    ["a hole behind it", 2, at(1009, numbers(2))],
    ["a hole of 4 GiB", 2, at(1000, numbers(0xffff_ffff))],
    ["an empty hole", 2, at(1000, numbers(0))],
    ["half a hole", 2, at(1000, Buffer.alloc(3))],
    ["a status that nobody asked for", 5, numbers(1, 10, 0)],
    ["something in an empty chunk", 0, Buffer.alloc(1)],
    ["an unknown chunk", 9, Buffer.alloc(8)],
    ["an error that is cut short", 0x8001, numbers(5)],
    ["an error with a text that is not there", 0x8001, Buffer.concat([numbers(5), Buffer.from([0, 9])])],
  ])("has no place for %s", (_what, type, data) => {
    const reply = reading();
    expect(reply.take(type, data)).toBe(false);
    expect(reply.asked.into!.toString()).toBe("----------");
  });

  it("may be an error, with a text or without", () => {
    const reply = reading();
    expect(reply.take(0x8001, Buffer.concat([numbers(5), Buffer.from([0, 2]), Buffer.from("no")]))).toBe(
      true,
    );
    expect(reply.refusal).toEqual({ error: 5, text: "no" });
  });
});

describe("the reply to a question for the status", () => {
  const asking = (): PendingReply => new PendingReply({ offset: 100, lengthBytes: 50, contextId: 7 });

  it("is of the context that was asked for, and ends where the question does", () => {
    const reply = asking();
    expect(reply.take(5, numbers(8, 50, 1))).toBe(true);
    expect(reply.take(5, numbers(7, 20, 3, 1000, 0, 5, 1))).toBe(true);
    expect(reply.extents).toEqual([
      { offset: 100, lengthBytes: 20, flags: 3 },
      { offset: 120, lengthBytes: 30, flags: 0 },
    ]);
    expect(reply.take(5, numbers(7, 50, 0))).toBe(false);
  });

  it.each<[what: string, data: Buffer]>([
    ["no extent", numbers(7)],
    ["an empty extent", numbers(7, 0, 1)],
    ["half an extent", numbers(7, 10)],
  ])("has no place for %s", (_what, data) => {
    expect(asking().take(5, data)).toBe(false);
  });
});
