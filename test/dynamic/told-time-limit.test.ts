import { describe, expect, test } from "vitest";
import { secondsOf, toldTimeLimit } from "../../provider/dynamic/told-time-limit.ts";
import { urn } from "./open-delivery.ts";

describe("a duration in Pulumi's words", () => {
  test.each([
    ["40s", 40],
    ["7m", 420],
    ["1h30m", 5400],
    ["2.5s", 2.5],
    ["1500ms", 1.5],
    ["0", 0],
    [undefined, 0],
  ])("%s is %d seconds", (duration, seconds) => {
    expect(secondsOf(duration)).toBeCloseTo(seconds, 6);
  });
});

test("The time limit of a call is the one that the resource has for it, and none where it has none", () => {
  const told = { __urn: urn, __timeouts: { create: "10m" } };
  expect(toldTimeLimit(told, "create")).toEqual({ name: "gold", option: "create", seconds: 600 });
  expect(toldTimeLimit(told, "delete")).toEqual({ name: "gold", option: "delete", seconds: 0 });
});
