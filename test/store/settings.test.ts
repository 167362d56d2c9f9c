import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openStore, type Store } from "../../provider/store/open-store.ts";
import { withoutSettings, withSettings } from "../../provider/store/settings.ts";
import { deleteThing, findThing, listThings, putThing } from "../../provider/store/things.ts";
import { countStatements } from "./counted-statements.ts";

const vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v";
const policyId = `${vault}/replicationPolicies/p`;
const itemId = `${vault}/replicationFabrics/f/replicationProtectionContainers/c/replicationProtectedItems/web1`;
const count = 40;

let folder: string;
/** Two processes with one store. */
let here: Store;
let there: Store;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-settings-"));
  here = openStore(path.join(folder, "engine.db"));
  there = openStore(path.join(folder, "engine.db"));
  for (let number = 0; number < count; number += 1) {
    putThing(there, `${vault}/replicationFabrics/f${number}`, "fabric", { number }, 0);
  }
  putThing(there, policyId, "policy", { minutes: 1 }, 0);
  putThing(there, itemId, "protected-item", { policyId }, 0);
});
afterEach(() => {
  for (const store of [here, there]) store.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** All that the two ways of looking show. */
function look(): unknown {
  return {
    fabrics: listThings(here, { kind: "fabric" }),
    some: listThings(here, { kind: "fabric", under: `${vault}/REPLICATIONFABRICS` }),
    none: listThings(here, { kind: "fabric", under: "/elsewhere" }),
    items: listThings(here, { kind: "protected-item" }),
    named: listThings(here, { kind: "protected-item", naming: "p" }),
    policy: findThing(here, policyId.toUpperCase()),
    item: findThing(here, itemId),
    absent: findThing(here, `${policyId}2`),
    absentItem: findThing(here, `${itemId}2`),
  };
}

it("shows work what is in the store, whatever has changed since the work before", () => {
  const changes = [
    () => undefined,
    () => putThing(there, policyId, "policy", { minutes: 2 }, 1),
    () => deleteThing(there, policyId),
    () => putThing(here, policyId, "policy", { minutes: 3 }, 1),
    () => putThing(there, `${vault}/replicationFabrics/another`, "fabric", {}, 1),
    () => deleteThing(here, `${vault}/replicationFabrics/f0`),
    () => putThing(there, itemId, "protected-item", { policyId, changed: true }, 1),
  ];
  for (const change of changes) {
    change();
    expect(withSettings(here, look)).toEqual(look());
  }
});

it("shows work the same settings to its end, but what its own process has changed, and what it looks at apart", () => {
  const minutes = (): unknown => findThing(here, policyId)?.inputs["minutes"];
  withSettings(here, () => {
    putThing(there, policyId, "policy", { minutes: 2 }, 1);
    expect(minutes()).toBe(1);
    expect(withoutSettings(minutes)).toBe(2);
    putThing(here, policyId, "policy", { minutes: 3 }, 1);
    expect(minutes()).toBe(3);
  });
  expect(withSettings(here, minutes)).toBe(3);
});

it("reads what has changed, and not what is there", async () => {
  const work = (): Promise<unknown> =>
    Promise.resolve(
      withSettings(here, () => {
        for (let times = 0; times < 3; times += 1) {
          listThings(here, { kind: "fabric" });
          for (const id of [policyId, `${policyId}2`, itemId, `${itemId}2`]) findThing(here, id);
        }
      }),
    );
  await work();
  // What has changed, and the two items.
  expect((await countStatements(work)).reads).toHaveLength(3);
  putThing(there, policyId, "policy", { minutes: 2 }, 1);
  expect((await countStatements(work)).reads).toHaveLength(3);
});

it("lets nobody change what others see as well", () => {
  const inputs = withSettings(here, () => findThing(here, policyId)!.inputs);
  expect(() => (inputs["minutes"] = 4)).toThrow(TypeError);
});
