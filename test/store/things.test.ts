import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openStore, type Store } from "../../provider/store/open-store.ts";
import { listThings, putThing } from "../../provider/store/things.ts";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-store-"));
  store = openStore(path.join(folder, "engine.db"));
  for (const [id, machine] of [
    ["/f/London/items/a", "/f/London/machines/DB1"],
    ["/f/london/items/b", "/f/london/machines/db10"],
    ["/f/london2/items/c", "/f/london2/machines/db1"],
    ["/f/london/items/d", "/f/london/machines/Größe"],
  ] as const)
    putThing(store, id, "protected-item", { properties: { protectableItemId: machine } }, 0);
  putThing(store, "/f/london/vaults/v", "vault", { machine: "/f/london/machines/db1" }, 0);
});
afterEach(() => {
  store.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const names = (filter: Parameters<typeof listThings>[1]): string[] =>
  listThings(store, filter).map(({ id }) => id.slice(id.lastIndexOf("/") + 1));

it("lists what is under an id, in any letter case, and no neighbour that begins alike", () => {
  expect(names({ under: "/F/LONDON" })).toEqual(["a", "b", "d", "v"]);
  expect(names({ kind: "protected-item", under: "/f/london" })).toEqual(["a", "b", "d"]);
});

it("lists what names something, in any letter case, and not what is only called alike", () => {
  expect(names({ kind: "protected-item", naming: "db1" })).toEqual(["a", "c"]);
  expect(names({ kind: "protected-item", under: "/f/london", naming: "Db1" })).toEqual(["a"]);
  expect(names({ kind: "protected-item", naming: "db2" })).toEqual([]);
});

it("leaves nothing out for a name whose letters it cannot compare", () => {
  expect(names({ kind: "protected-item", under: "/f/london", naming: "GRÖSSE" })).toContain("d");
});
