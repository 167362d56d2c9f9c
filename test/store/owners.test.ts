import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { catalogSequenceOf, putStoredThing, storedThingOf } from "../../provider/store/catalog-changes.ts";
import { migrations } from "../../provider/store/migrations.ts";
import { openStore, type Store } from "../../provider/store/open-store.ts";
import {
  findOwner,
  findSecretPaths,
  leaveOwnerless,
  listSecretSettings,
  putOwner,
} from "../../provider/store/owners.ts";
import { deleteThing, putThing } from "../../provider/store/things.ts";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-owners-"));
  store = openStore(path.join(folder, "engine.db"));
});
afterEach(() => {
  store.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const owner = { urn: "urn:one", mark: "m", claimedAt: 1, madeAt: 2, secretPaths: ["tags.note"] };

function makeOwnerless(): void {
  putThing(store, "/Vaults/a", "vault", { tags: { note: "sesame" } }, 1);
  putOwner(store, "/vaults/a", owner);
  leaveOwnerless(store, "/vaults/a");
}

describe("an owner that goes", () => {
  it("leaves behind what is secret, until the thing goes or is owned again", () => {
    makeOwnerless();
    expect(findOwner(store, "/vaults/a")).toBeUndefined();
    expect(findSecretPaths(store, "/vaults/a")).toEqual(["tags.note"]);
    expect(listSecretSettings(store)).toHaveLength(1);
    putOwner(store, "/vaults/a", { ...owner, secretPaths: [] });
    expect(findSecretPaths(store, "/vaults/a")).toEqual([]);
    leaveOwnerless(store, "/vaults/a");
    deleteThing(store, "/vaults/a");
    expect(findSecretPaths(store, "/vaults/a")).toBeUndefined();
  });

  it("is known to the catalogs, and what is secret comes back with them", () => {
    makeOwnerless();
    const stored = storedThingOf(store, "/vaults/a")!;
    const other = openStore(path.join(folder, "rebuilt.db"));
    putStoredThing(other, stored, "/vaults/a", catalogSequenceOf(store, "/vaults/a"));
    expect(findOwner(other, "/vaults/a")).toBeUndefined();
    expect(findSecretPaths(other, "/vaults/a")).toEqual(["tags.note"]);
    other.close();
  });
});

it("a store of an earlier version keeps its owners; what has none may have lost a note of what is secret", () => {
  const former = path.join(folder, "former.db");
  const database = new DatabaseSync(former);
  const version = migrations.findIndex((step) => step.includes("owners_or_none"));
  for (const step of migrations.slice(0, version)) database.exec(step);
  database.exec(`
    PRAGMA user_version = ${version};
    INSERT INTO things (key, id, kind, inputs, created_at, updated_at, revision)
    VALUES ('/a', '/a', 'vault', '{}', 1, 1, 1), ('/b', '/b', 'vault', '{}', 1, 1, 1);
    INSERT INTO owners (key, urn, mark, claimed_at, made_at, secret_paths)
    VALUES ('/a', 'urn:one', 'm', 1, 2, '["tags.note"]');
  `);
  database.close();
  const opened = openStore(former);
  expect(findOwner(opened, "/a")).toEqual(owner);
  expect(findOwner(opened, "/b")).toBeUndefined();
  expect(findSecretPaths(opened, "/b")).toBe("unknown");
  expect(findSecretPaths(opened, "/c")).toBeUndefined();
  opened.close();
});
