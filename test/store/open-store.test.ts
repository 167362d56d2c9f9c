import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import { engineIdOf } from "../../provider/store/engine-id.ts";
import { currentLease, takeLease } from "../../provider/store/leases.ts";
import { openStore, type Store } from "../../provider/store/open-store.ts";
import { withSettings } from "../../provider/store/settings.ts";
import { findThing, listThings, putThing } from "../../provider/store/things.ts";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-store-"));
  store = openStore(path.join(folder, "engine.db"));
});
afterEach(() => {
  store.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const durability = (): unknown => Object.values(store.database.prepare("PRAGMA synchronous").get()!)[0];
const full = 2;

it("what passes does not wait for the disk, and what follows does again", () => {
  expect(durability()).toBe(full);
  store.passing(() => expect(durability()).toBe(1));
  expect(durability()).toBe(full);
  expect(() =>
    store.passing(() => {
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(durability()).toBe(full);
});

it("what passes is seen by others at once, and undone when it throws", () => {
  const other = openStore(path.join(folder, "engine.db"));
  const { release } = takeLease(store, "/a", "a trial", systemClock);
  expect(currentLease(other, "/a", systemClock)).toBe("a trial");
  release();
  expect(currentLease(other, "/a", systemClock)).toBeUndefined();
  expect(() =>
    store.passing(() => {
      store.database.exec("INSERT INTO engine (id) VALUES ('another')");
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(other.database.prepare("SELECT count(*) AS n FROM engine WHERE id = 'another'").get()).toEqual({
    n: 0,
  });
  other.close();
});

describe("a store that is not there yet", () => {
  const file = (): string => path.join(folder, "home", "engine.db");

  it("is looked at without being made: no file, no folder", () => {
    const looked = openStore(file());
    expect(listThings(looked, {})).toEqual([]);
    expect(engineIdOf(looked)).toMatch(/^[0-9a-f-]{36}$/);
    looked.close();
    expect(fs.existsSync(path.dirname(file()))).toBe(false);
  });

  it("is made by the first write, with the id that was seen before", () => {
    const writing = openStore(file());
    const id = engineIdOf(writing);
    putThing(writing, "/a", "vault", {}, 1);
    expect(fs.statSync(file()).mode & 0o777).toBe(0o600);
    writing.close();
    const again = openStore(file());
    expect([engineIdOf(again), listThings(again, {}).map((thing) => thing.id)]).toEqual([id, ["/a"]]);
    again.close();
  });

  it("is the one that another process has made since", () => {
    const [one, other] = [openStore(file()), openStore(file())];
    withSettings(one, () => expect(findThing(one, "/a")).toBeUndefined());
    other.passing(() => putThing(other, "/a", "vault", {}, 1));
    expect(findThing(one, "/a")?.id).toBe("/a");
    withSettings(one, () => expect(findThing(one, "/a")?.id).toBe("/a"));
    expect(engineIdOf(one)).toBe(engineIdOf(other));
    one.close();
    other.close();
  });

  it("that could not be made is an error already when it is looked at", () => {
    fs.writeFileSync(path.join(folder, "home"), "a file");
    expect(() => openStore(file())).toThrow(
      /Cannot open the engine's store .*Check that the folder is writable/,
    );
  });
});
