/** What every driver of `Objects` promises, as tests. Each driver runs all of them against a real place. */
import fs from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { PutRule } from "../../../provider/ports/objects.ts";
import { describePuts } from "./describe-puts.ts";
import {
  contentOf,
  fileWith,
  namesOf,
  other,
  patterned,
  type PlaceForTests,
  rangeOf,
  small,
} from "./place-for-tests.ts";

export function describeObjects(name: string, make: () => Promise<PlaceForTests>): void {
  describe(name, () => {
    describePuts(make);
    describeBodies(make);
    describeReads(make);
    describeLists(make);
    describeTheRest(make);
  });
}

function describeBodies(make: () => Promise<PlaceForTests>): void {
  it("puts a file, asks for its pace with all its bytes, and takes it away", async () => {
    const { objects } = await make();
    const bytes = patterned(5 * 1_048_576 + 12);
    const body = fileWith(bytes);
    let paced = 0;
    const pace = (count: number): Promise<void> => {
      paced += count;
      return Promise.resolve();
    };
    const tag = await objects.put("big", body, "ifAbsent", { pace });
    expect(paced).toBe(bytes.length);
    expect(fs.existsSync(body.path)).toBe(false);
    expect(await objects.facts("big")).toMatchObject({ name: "big", sizeBytes: bytes.length, tag });
    expect((await objects.get("big"))?.bytes.equals(bytes)).toBe(true);
  });

  it("puts an empty object and an empty file", async () => {
    const { objects } = await make();
    await objects.put("a", new Uint8Array(), "ifAbsent");
    await objects.put("b", fileWith(new Uint8Array()), "ifAbsent");
    for (const one of ["a", "b"]) {
      expect((await objects.get(one))?.bytes).toHaveLength(0);
      expect((await objects.facts(one))?.sizeBytes).toBe(0);
    }
  });

  it("changes nothing when a file loses", async () => {
    const { objects } = await make();
    await objects.put("one", small, "ifAbsent");
    expect(await objects.put("one", fileWith(other), "ifAbsent")).toBe("lost");
    expect(await contentOf(objects, "one")).toBe(small.toString());
    expect(await namesOf(objects, "")).toEqual(["one"]);
  });

  it.each(["ifAbsent", "replace"] as PutRule[])("puts nothing (%s) when it was stopped", async (rule) => {
    const { objects } = await make();
    const before = AbortSignal.abort(new Error("stopped"));
    await expect(objects.put("one", small, rule, { signal: before })).rejects.toMatchObject({
      code: "Cancelled",
    });
    const stop = new AbortController();
    const pace = (): Promise<void> => Promise.resolve(stop.abort());
    const { signal } = stop;
    await expect(objects.put("one", small, rule, { signal, pace })).rejects.toMatchObject({
      code: "Cancelled",
    });
    expect(await namesOf(objects, "")).toEqual([]);
  });

  it("puts nothing of a file that is shorter than it was", async () => {
    const { objects } = await make();
    const body = { ...fileWith(small), sizeBytes: small.length + 1 };
    await expect(objects.put("one", body, "ifAbsent")).rejects.toMatchObject({ code: "IoFailed" });
    expect(await namesOf(objects, "")).toEqual([]);
  });

  it("puts nothing when whoever wrote has lost its claim", async () => {
    const { objects } = await make();
    const lost = new Error("another has it");
    const claim = {
      holdsPuts: false,
      wasTakenOver: false,
      check: () => Promise.reject(lost),
      release: () => Promise.resolve(),
    };
    for (const body of [small, fileWith(small)]) {
      await expect(objects.put("one", body, "replace", { claim })).rejects.toBe(lost);
    }
    expect(await namesOf(objects, "")).toEqual([]);
  });
}

function describeReads(make: () => Promise<PlaceForTests>): void {
  it("has nothing under a name that was not put", async () => {
    const { objects } = await make();
    await objects.put("a/b", small, "ifAbsent");
    for (const name of ["b", "a", "a/c", "a/b/c", "z/b"]) {
      expect(await objects.get(name)).toBeUndefined();
      expect(await objects.facts(name)).toBeUndefined();
      expect(await objects.open(name)).toBeUndefined();
    }
  });

  it("reads ranges: within, over the end and beyond it", async () => {
    const { objects } = await make();
    const bytes = patterned(100_000);
    await objects.put("one", bytes, "ifAbsent");
    const reader = (await objects.open("one"))!;
    onTestFinished(() => reader.close());
    expect(reader).toMatchObject(await objects.facts("one").then((facts) => ({ ...facts })));
    for (const [from, size] of [
      [0, 100_000],
      [0, 1],
      [99_999, 1],
      [12_345, 65_536],
      [90_000, 65_536],
      [100_000, 10],
      [200_000, 10],
      [0, 0],
    ] as const) {
      expect((await rangeOf(reader, from, size)).equals(bytes.subarray(from, from + size))).toBe(true);
    }
    const stopped = AbortSignal.abort();
    await expect(reader.read(Buffer.alloc(10), 0, stopped)).rejects.toMatchObject({ code: "Cancelled" });
  });

  it("reads the state that was opened or says that it is gone, never another one", async () => {
    const { objects } = await make();
    for (const change of ["replace", "remove"] as const) {
      await objects.put(change, small, "replace");
      const reader = (await objects.open(change))!;
      if (change === "remove") await objects.remove([change]);
      else await objects.put(change, other, "replace");
      const read = await rangeOf(reader, 0, 100).then(String, (error: unknown) => error);
      if (read !== small.toString()) expect(read).toMatchObject({ code: "Damaged" });
      await reader.close();
    }
  });
}

function describeLists(make: () => Promise<PlaceForTests>): void {
  it("lists what begins with a prefix, in the order of names", async () => {
    const { objects } = await make();
    const names = ["a-b", "a.b", "a/0", "a/1.segment", "a/b/c", "a/b.c", "a/b-c/d", "a0", "b", "a.x/y"];
    for (const name of names) await objects.put(name, Buffer.from(name), "ifAbsent");
    const sorted = [...names].sort();
    for (const prefix of ["", "a", "a/", "a/b", "a/b/", "a.", "b", "c", "a/c/"]) {
      const wanted = sorted.filter((name) => name.startsWith(prefix));
      expect(await namesOf(objects, prefix), prefix).toEqual(wanted);
    }
    for await (const { name, sizeBytes, modifiedAt, tag } of objects.list("a")) {
      const facts = (await objects.facts(name))!;
      expect({ name, sizeBytes, modifiedAt, tag }).toEqual({
        name: facts.name,
        sizeBytes: facts.sizeBytes,
        modifiedAt: facts.modifiedAt,
        tag: facts.tag,
      });
    }
  });

  it("lists more than a page, each once", async () => {
    const { objects, moreThanAPage } = await make();
    const names = Array.from(
      { length: moreThanAPage },
      (_, index) => `many/${String(index).padStart(6, "0")}`,
    );
    const queue = [...names];
    const putAll = async (): Promise<void> => {
      for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
        await objects.put(name, small, "ifAbsent");
      }
    };
    await Promise.all(Array.from({ length: 16 }, putAll));
    expect(await namesOf(objects, "many/")).toEqual(names);
    await objects.remove(names);
    expect(await namesOf(objects, "many/")).toEqual([]);
  });
}

function describeTheRest(make: () => Promise<PlaceForTests>): void {
  it("removes what is there, and does not mind what is not", async () => {
    const { objects } = await make();
    for (const name of ["a/1", "a/2", "b/c/3"]) await objects.put(name, small, "ifAbsent");
    await objects.remove([]);
    await objects.remove(["a/1", "a/none", "none/at/all", "b/c/3"]);
    expect(await namesOf(objects, "")).toEqual(["a/2"]);
    await objects.remove(["a/1"]);
    // What was removed is absent.
    expect(await objects.put("a/1", other, "ifAbsent")).not.toBe("lost");
    expect(await namesOf(objects, "")).toEqual(["a/1", "a/2"]);
  });

  it("sweeps nothing that is an object", async () => {
    const { objects } = await make();
    for (const name of ["a/1", "a/b/2"]) await objects.put(name, small, "ifAbsent");
    await objects.sweep("a");
    await objects.sweep("nothing");
    expect(await namesOf(objects, "")).toEqual(["a/1", "a/b/2"]);
  });

  it("stamps objects by the clock that it tells", async () => {
    const { objects } = await make();
    const before = await objects.now();
    await objects.put("one", small, "ifAbsent");
    const { modifiedAt } = (await objects.facts("one"))!;
    // Servers give times in whole seconds.
    expect(modifiedAt).toBeGreaterThanOrEqual(before - 2000);
    expect(modifiedAt).toBeLessThanOrEqual((await objects.now()) + 2000);
  });

  it("locks objects until an instant if it says so, and else refuses", async () => {
    const { objects } = await make();
    await objects.put("one", small, "ifAbsent");
    expect(await objects.lockedUntil("one")).toBeUndefined();
    const instant = (await objects.now()) + 3_600_000;
    if (!objects.traits.retentionLock) {
      await expect(objects.lockUntil("one", instant)).rejects.toMatchObject({ code: "InvalidInput" });
      const options = { lockedUntil: instant };
      await expect(objects.put("two", small, "ifAbsent", options)).rejects.toMatchObject({
        code: "InvalidInput",
      });
      expect(await namesOf(objects, "")).toEqual(["one"]);
      return;
    }
    await objects.put("two", small, "ifAbsent", { lockedUntil: instant });
    await objects.lockUntil("one", instant);
    for (const name of ["one", "two"]) {
      expect(Math.abs((await objects.lockedUntil(name))! - instant)).toBeLessThanOrEqual(1000);
      await expect(objects.remove([name])).rejects.toMatchObject({ code: "InUse" });
      expect(await contentOf(objects, name)).toBe(small.toString());
    }
  });

  it("keeps everything for whoever opens the place later", async () => {
    const { objects, again } = await make();
    const tag = await objects.put("a/one", small, "ifAbsent");
    await objects.close();
    const later = again();
    expect(await later.get("a/one")).toEqual({ bytes: small, tag });
    await later.close();
  });
}
