import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import { currentLease, takeLease } from "../../provider/store/leases.ts";
import { openStore, type Store } from "../../provider/store/open-store.ts";

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
  expect(other.database.prepare("SELECT count(*) AS n FROM engine").get()).toEqual({ n: 0 });
  other.close();
});
