import { expect, it } from "vitest";
import { namesOf, other, type PlaceForTests, small } from "./place-for-tests.ts";

/** When an object comes to be, and when not. */
export function describePuts(make: () => Promise<PlaceForTests>): void {
  it("puts an object only where there is none", async () => {
    const { objects } = await make();
    const tag = await objects.put("a/one", small, "ifAbsent");
    expect(tag).not.toBe("lost");
    expect(await objects.put("a/one", other, "ifAbsent")).toBe("lost");
    expect(await objects.get("a/one")).toEqual({ bytes: small, tag });
  });

  it("puts an object in place of the state that is named", async () => {
    const { objects } = await make();
    const first = await objects.put("one", small, "ifAbsent");
    const second = await objects.put("one", other, { ifTag: first });
    expect(second).not.toBe("lost");
    expect(second).not.toBe(first);
    expect(await objects.put("one", Buffer.from("late"), { ifTag: first })).toBe("lost");
    expect(await objects.get("one")).toEqual({ bytes: other, tag: second });
    await objects.remove(["one"]);
    expect(await objects.put("one", small, { ifTag: second })).toBe("lost");
    expect(await objects.get("one")).toBeUndefined();
  });

  it("replaces whatever is there", async () => {
    const { objects } = await make();
    await objects.put("one", small, "replace");
    const tag = await objects.put("one", other, "replace");
    expect(await objects.get("one")).toEqual({ bytes: other, tag });
  });

  it("lets one of sixteen win that put at once, and keeps what it put", async () => {
    const { objects, again } = await make();
    const base = (await objects.put("present", small, "replace")) as string;
    for (const [at, rule] of [
      ["absent", "ifAbsent"],
      ["present", { ifTag: base }],
    ] as const) {
      const all = await Promise.all(
        Array.from({ length: 16 }, (_, index) =>
          (index % 2 === 0 ? objects : again()).put(at, Buffer.from(`writer ${index}`), rule),
        ),
      );
      const winners = [...all.keys()].filter((index) => all[index] !== "lost");
      expect(winners).toHaveLength(1);
      expect(await objects.get(at)).toEqual({
        bytes: Buffer.from(`writer ${winners[0]}`),
        tag: all[winners[0]!],
      });
    }
  });

  it("names equal states of other times as the driver says", async () => {
    const { objects, tagsOfEqualContentDiffer } = await make();
    const first = await objects.put("one", small, "replace");
    const between = await objects.put("one", other, "replace");
    const last = await objects.put("one", small, "replace");
    expect(between).not.toBe(first);
    expect(last !== first).toBe(tagsOfEqualContentDiffer);
  });

  it("refuses names that are none, before it changes anything", async () => {
    const { objects } = await make();
    const wrong = [
      "",
      "/a",
      "a/",
      "a//b",
      "../a",
      "a/../b",
      "./a",
      "A",
      "a b",
      "a\\b",
      "ä",
      "a\n",
      "x?y",
      "x%2fy",
    ];
    for (const one of wrong) {
      await expect(objects.put(one, small, "replace"), JSON.stringify(one)).rejects.toMatchObject({
        code: "InvalidInput",
      });
    }
    expect(await namesOf(objects, "")).toEqual([]);
  });
}
