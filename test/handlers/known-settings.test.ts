import { expect, it } from "vitest";
import { unknownValue } from "../../provider/handlers/handler.ts";
import { withKnownSettings } from "../../provider/handlers/known-settings.ts";

const before = { sku: { name: "Standard" }, properties: { inner: { a: 1 }, b: 2 }, tags: ["x"] };

it("objects that are not known as a whole are those of before, at any depth", () => {
  const wanted = { sku: unknownValue, properties: { inner: unknownValue, b: 3 }, tags: unknownValue };
  expect(withKnownSettings(wanted, before)).toEqual({
    sku: { name: "Standard" },
    properties: { inner: { a: 1 }, b: 3 },
    // A value that nothing is put into stays as unknown as it is.
    tags: unknownValue,
  });
});

it("what is known is left as it is, also where it is new or gone", () => {
  const wanted = { sku: { name: unknownValue }, location: "here" };
  expect(withKnownSettings(wanted, before)).toEqual(wanted);
});
