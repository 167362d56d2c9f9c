import fc from "fast-check";
import { expect, it } from "vitest";
import { BlockSet } from "../../provider/disks/block-set.ts";

it("is a set of numbers with runs", () => {
  const run = fc.record({ firstBlock: fc.nat(90), blockCount: fc.integer({ min: 0, max: 9 }) });
  fc.assert(
    fc.property(fc.array(run), fc.array(run), fc.integer({ min: 1, max: 20 }), (left, right, longest) => {
      const model = new Set<number>();
      const fill = (runs: typeof left): BlockSet => {
        const set = new BlockSet(100);
        for (const { firstBlock, blockCount } of runs) {
          set.addRange(firstBlock, blockCount);
          for (let block = firstBlock; block < firstBlock + blockCount; block += 1) model.add(block);
        }
        return set;
      };
      const set = fill(left);
      set.addAll(fill(right));
      const expected = [...model].sort((one, two) => one - two);
      expect([...set]).toEqual(expected);
      expect(set.count).toBe(expected.length);
      const ranges = [...set.ranges(longest)];
      expect(
        ranges.flatMap((range) => Array.from({ length: range.blockCount }, (_, at) => range.firstBlock + at)),
      ).toEqual(expected);
      expect(
        ranges.every(
          (range) => range.blockCount <= longest && set.hasRange(range.firstBlock, range.blockCount),
        ),
      ).toBe(true);
      expect(set.has(99)).toBe(model.has(99));
    }),
  );
});

it("refuses a block that the disk does not have", () => {
  expect(() => new BlockSet(8).add(8)).toThrow(/outside/);
  expect(() => new BlockSet(8).addAll(new BlockSet(16))).toThrow(/different size/);
});
