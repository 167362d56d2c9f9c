import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minimise } from "./minimise.ts";

describe("making a failing list shorter", () => {
  const all = Array.from({ length: 14 }, (_, index) => index + 1);

  it("keeps exactly the items that the failure needs, in their order", async () => {
    const needed = fc.subarray(all);
    await fc.assert(
      fc.asyncProperty(needed, async (wanted) => {
        const stillFails = (items: readonly number[]): Promise<boolean> =>
          Promise.resolve(wanted.every((item) => items.includes(item)));
        expect(await minimise(all, stillFails)).toEqual(wanted);
      }),
    );
  });

  it("ends with a list that fails, and no longer does without any one item, when several are enough", async () => {
    const fails = (items: readonly number[]): boolean =>
      items.length >= 3 && (items.includes(2) || items.includes(13));
    const left = await minimise(all, (items) => Promise.resolve(fails(items)));
    expect(fails(left)).toBe(true);
    for (const item of left) expect(fails(left.filter((other) => other !== item))).toBe(false);
  });
});
