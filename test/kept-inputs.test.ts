import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inputsOfText, keptText } from "../provider/kept-inputs.ts";
import { kinds } from "../provider/kinds/registry.ts";

const kind = kinds["protected-item"];
const vault =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/dr/providers/Microsoft.RecoveryServices/vaults/v";
const names = {
  resourceGroupName: "dr",
  resourceName: "v",
  fabricName: "london",
  protectionContainerName: "cloud",
  replicatedProtectedItemName: "db1",
};

describe("the text that is kept of arguments", () => {
  test("writes ids from where they part from the resource's own", () => {
    const inputs = { ...names, properties: { policyId: `${vault}/replicationPolicies/gold` } };
    const text = keptText(kind, inputs);
    expect(JSON.parse(text)).toEqual({ ...names, properties: { policyId: "^9/replicationPolicies/gold" } });
    expect(inputsOfText(kind, text)).toEqual(inputs);
  });

  test("keeps the letter case of ids: what is written in another one is not shortened there", () => {
    const inputs = { ...names, properties: { policyId: `${vault.toUpperCase()}/replicationPolicies/gold` } };
    expect(inputsOfText(kind, keptText(kind, inputs))).toEqual(inputs);
  });

  test("is whole without some of the names, and where texts begin with its own sign", () => {
    const inputs = {
      resourceGroupName: "^1",
      properties: { a: "^9/x", b: ["^", "^^2", vault], c: null, d: 1 },
    };
    expect(inputsOfText(kind, keptText(kind, inputs))).toEqual(inputs);
  });

  test("gives back whatever was put in", () => {
    const part = fc.constantFrom(
      "subscriptions",
      "resourceGroups",
      "dr",
      "^3",
      "",
      "providers",
      "vaults",
      "v",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(part).map((parts) => `/${parts.join("/")}`),
      fc.integer({ min: 0, max: vault.length }).map((length) => vault.slice(0, length)),
      fc.nat(20).map((count) => `^${count}/x`),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ depthSize: "small" }, text, fc.boolean(), fc.integer(), tie("list"), tie("record")),
      list: fc.array(tie("any"), { maxLength: 3 }),
      record: fc.dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== "__proto__"),
        tie("any"),
        { maxKeys: 3 },
      ),
    })).record;
    fc.assert(
      fc.property(
        fc.record(
          { ...Object.fromEntries(Object.keys(names).map((name) => [name, text])), properties: value },
          { requiredKeys: [] },
        ),
        (inputs) => {
          expect(inputsOfText(kind, keptText(kind, inputs))).toEqual(JSON.parse(JSON.stringify(inputs)));
        },
      ),
    );
  });
});
