/** Blocks are compressed by the zstd that Node brings, called directly where that can be had: the same frames either way. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BlockCompression,
  compressionRoom,
  nodeCompression,
  openNativeCompression,
} from "../../../provider/replica/layers/block-compression.ts";

const native = openNativeCompression();
const ways: [string, BlockCompression][] = [
  ["Node's way", nodeCompression],
  ...(native === undefined ? [] : ([["direct calls", native]] as [string, BlockCompression][])),
];

/** Blocks with runs, repeats and noise, of any length up to a block's. */
const blocks = fc
  .array(
    fc.record({
      piece: fc.uint8Array({ minLength: 1, maxLength: 300 }),
      times: fc.integer({ min: 1, max: 400 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((pieces) =>
    Buffer.concat(pieces.flatMap(({ piece, times }) => Array(times).fill(piece) as Uint8Array[])),
  )
  .map((block) => block.subarray(0, 65_536));

function frameOf(way: BlockCompression, plain: Uint8Array): Buffer {
  const output = Buffer.alloc(compressionRoom(plain.length));
  return output.subarray(0, way.compress(plain, output));
}

// Released Node for Linux has its zstd's functions among its symbols; a build without them takes Node's way.
it.runIf(process.platform === "linux")("is called directly on Linux", () => {
  expect(native).toBeDefined();
});

it("makes the same frames either way", () => {
  fc.assert(
    fc.property(blocks, (plain) => {
      const [first, ...others] = ways.map(([, way]) => frameOf(way, plain));
      for (const other of others) expect(other.equals(first!)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

describe.each(ways)("%s", (_name, way) => {
  it("gives back what either way has made", () => {
    fc.assert(
      fc.property(blocks, fc.constantFrom(...ways.map(([, other]) => other)), (plain, writer) => {
        const back = Buffer.alloc(plain.length, 0xa5);
        way.decompress(frameOf(writer, plain), back);
        expect(back.equals(plain)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("needs no more room for noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 65_536, size: "max" }), (plain) => {
        expect(frameOf(way, plain).length).toBeLessThanOrEqual(compressionRoom(plain.length));
      }),
      { numRuns: 30 },
    );
  });

  it("refuses a frame that is damaged, cut short or of another length", () => {
    const plain = Buffer.alloc(5000, "abcdefg");
    const frame = frameOf(way, plain);
    const into = Buffer.alloc(plain.length);
    expect(() => way.decompress(frame.subarray(0, frame.length - 3), into)).toThrow();
    expect(() => way.decompress(Buffer.alloc(40, 1), into)).toThrow();
    expect(() => way.decompress(frame, Buffer.alloc(plain.length - 1))).toThrow();
    expect(() => way.decompress(frame, Buffer.alloc(plain.length + 1))).toThrow();
  });
});
