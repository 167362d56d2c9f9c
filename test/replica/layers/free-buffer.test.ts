import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { freeBuffer } from "../../../provider/replica/layers/free-buffer.ts";

it("gives the memory of a large buffer back", () => {
  const buffer = Buffer.alloc(1_048_576, 1);
  freeBuffer(buffer);
  expect(buffer.length).toBe(0);
});

it("leaves alone what shares its memory with others", () => {
  const [pooled, neighbour] = [Buffer.from("pooled"), Buffer.from("neighbour")];
  freeBuffer(pooled);
  expect([pooled.toString(), neighbour.toString()]).toEqual(["pooled", "neighbour"]);
  const whole = Buffer.alloc(1_048_576, 1);
  freeBuffer(whole.subarray(65_536));
  expect(whole.length).toBe(1_048_576);
  const shared = Buffer.from(new SharedArrayBuffer(1_048_576));
  freeBuffer(shared);
  expect(shared.length).toBe(1_048_576);
});
