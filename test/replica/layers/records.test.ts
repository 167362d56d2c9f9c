/** A record is one block, sealed: whatever of it was changed, no other bytes are given out in its place. */
import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../../provider/random.ts";
import { openRecord, recordHeaderBytes, sealRecord } from "../../../provider/replica/layers/layer-format.ts";

const random = new SeededRandom(1);
const key = createSecretKey(random.bytes(32));
const block = 7;
const tagBytes = 16;

function sealed(plain: Uint8Array): Buffer {
  const output = Buffer.alloc(plain.length + 1000);
  const length = sealRecord({ key, compresses: true }, block, 3, plain, output, 0);
  return output.subarray(0, length);
}

const open = (record: Buffer): Buffer => openRecord(key, record, block, "segment");

describe.each([
  ["is kept as it is", random.bytes(2048)],
  ["is compressed", Buffer.alloc(2048, "abc")],
])("a record whose block %s", (_what, plain) => {
  it("opens as that block", () => {
    expect(open(sealed(plain)).equals(plain)).toBe(true);
  });

  it("does not open with any bit of its header, data or tag flipped", () => {
    const record = sealed(plain);
    const bytes = [...record.keys()];
    // All of the header and of the tag, and the data at steps.
    const chosen = bytes.filter(
      (at) => at < recordHeaderBytes || at >= record.length - tagBytes || at % 61 === 0,
    );
    for (const at of chosen) {
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = Buffer.from(record);
        flipped[at]! ^= 1 << bit;
        expect(() => open(flipped), `bit ${bit} of byte ${at}`).toThrow(/the data of block 7/);
      }
    }
  });

  it("does not open as another block", () => {
    expect(() => openRecord(key, sealed(plain), block + 1, "segment")).toThrow(/is not where it should be/);
  });
});
