import { describe, expect, it } from "vitest";
import { compareSettings, replacedBy } from "../../provider/handlers/compare-settings.ts";
import { unknownValue } from "../../provider/handlers/handler.ts";

const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/replicas";

describe("compareSettings", () => {
  it("finds nothing where wanted and live say the same, whatever the letter case of ids", () => {
    const wanted = { name: "a", target: id, empty: undefined, nested: { list: [id, 1] } };
    const live = {
      name: "a",
      target: id.toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions"),
      nested: { list: [id, 1] },
    };
    expect(compareSettings(wanted, live, wanted)).toEqual([]);
  });

  it("tells a change of the program from drift, and names the property", () => {
    const changes = compareSettings(
      { properties: { interval: 300, history: 4 } },
      { properties: { interval: 30, history: 2 } },
      { properties: { interval: 300, history: 2 } },
    );
    expect(changes).toEqual([
      { property: "properties.interval", from: 30, to: 300, cause: "drift" },
      { property: "properties.history", from: 2, to: 4, cause: "program" },
    ]);
  });

  it("finds nothing in settings that are not known yet as a whole", () => {
    const live = { properties: { policyId: id, details: { size: 1 } } };
    expect(compareSettings({ properties: unknownValue }, live, live)).toEqual([]);
    expect(compareSettings({ properties: { policyId: id, details: unknownValue } }, live, live)).toEqual([]);
  });

  it("keeps the order of lists: another order is a change", () => {
    const changes = compareSettings({ groups: ["a", "b"] }, { groups: ["b", "a"] }, { groups: ["b", "a"] });
    expect(changes.map(({ property }) => property)).toEqual(["groups"]);
  });

  it("takes a name in another letter case for the same name", () => {
    const compare = (wanted: object, live: object): number => compareSettings(wanted, live, wanted).length;
    expect(
      compare({ vaultName: "DR", resourceGroupName: "a" }, { vaultName: "dr", resourceGroupName: "A" }),
    ).toBe(0);
    expect(compare({ sku: "DR" }, { sku: "dr" })).toBe(1);
  });

  it("does not take what is unknown in a preview for a change", () => {
    const wanted = { id: unknownValue, list: [{ id: unknownValue }] };
    expect(compareSettings(wanted, { id: "x", list: [{ id: "y" }] }, wanted)).toEqual([]);
  });

  it("sees a property that the program no longer sets", () => {
    expect(compareSettings({}, { tags: { tier: "1" } }, { tags: { tier: "1" } })).toEqual([
      { property: "tags.tier", from: "1", to: undefined, cause: "program" },
    ]);
  });
});

describe("replacedBy", () => {
  it("names the changed properties that lie at or under an immutable path", () => {
    const change = (property: string) => ({ property, from: 1, to: 2, cause: "program" as const });
    const changes = [change("vaultName"), change("properties.sku.name"), change("properties.skuName")];
    expect(replacedBy(changes, ["vaultName", "properties.sku"])).toEqual([
      "vaultName",
      "properties.sku.name",
    ]);
  });
});
