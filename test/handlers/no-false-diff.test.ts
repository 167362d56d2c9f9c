/**
 * What is declared and made shows no change when the same is said in another way: the pains of those who had every
 * plan replace their machines because an id came back in other letters.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unknownValue } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { DeclaredExample, flowExamples } from "./declared-example.ts";

type Rewrite = (value: unknown, key: string, inputs: Record<string, unknown>) => unknown;

/** Applies a rewrite to every value, innermost first. */
function rewritten(
  value: unknown,
  rewrite: Rewrite,
  key = "",
  inputs = value as Record<string, unknown>,
): unknown {
  if (Array.isArray(value))
    return rewrite(
      value.map((one) => rewritten(one, rewrite, key, inputs)),
      key,
      inputs,
    );
  if (value === null || typeof value !== "object") return rewrite(value, key, inputs);
  const entries = Object.entries(value).map(([name, one]) => [name, rewritten(one, rewrite, name, inputs)]);
  return rewrite(Object.fromEntries(entries), key, inputs);
}

const isId = (value: unknown): value is string =>
  typeof value === "string" && value.startsWith("/subscriptions/");
/** Names of things that letter case tells nothing of; storage accounts have small letters only. */
const names = /^(resourceGroupName|resourceName|\w+Name)$/;

/** Settings at depth: an object in an object that is told as one. */
const isSettings = (value: unknown): boolean =>
  value !== null && typeof value === "object" && !Array.isArray(value) && "instanceType" in value;

/** Ways of saying the same. */
const rewrites: readonly [string, Rewrite][] = [
  ["as it is", (value) => value],
  ["with ids in capital letters", (value) => (isId(value) ? value.toUpperCase() : value)],
  [
    "with ids as Azure writes them back",
    (value) => (isId(value) ? value.replace("/subscriptions/", "/Subscriptions/") : value),
  ],
  [
    "with keys in another order",
    (value) =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
  ],
  ["with ids that are not known yet", (value) => (isId(value) ? unknownValue : value)],
  ["with settings that are not known as a whole yet", (value) => (isSettings(value) ? unknownValue : value)],
  [
    "with the names of what it is in written in capital letters",
    (value, key, inputs) =>
      names.test(key) && key !== "accountName" && typeof value === "string" && inputs[key] === value
        ? value.toUpperCase()
        : value,
  ],
];

describe.each(flowExamples)("what the example of %s declares", (_flow, text) => {
  let example: DeclaredExample;
  beforeAll(async () => void (example = await DeclaredExample.make(text)));
  afterAll(() => example.remove());

  it.each(rewrites)("shows no change %s", async (_title, rewrite) => {
    for (const declaration of example.declarations) {
      const { kind, logicalName, inputs } = declaration;
      const handler = handlerOf(kind, example.engine);
      const wanted = rewritten(structuredClone(inputs), rewrite) as object;
      expect(await handler.check(wanted), logicalName).toEqual([]);
      const { changes, replaces } = await handler.diff(example.idOf(declaration), inputs, wanted);
      expect(changes, logicalName).toEqual([]);
      expect(replaces, logicalName).toEqual([]);
    }
  });

  it("shows no change with what is live written into the program", async () => {
    for (const declaration of example.declarations) {
      const { kind, logicalName } = declaration;
      const handler = handlerOf(kind, example.engine);
      const live = (await handler.read(example.idOf(declaration)))!;
      const { changes, replaces } = await handler.diff(live.id, live.inputs, live.inputs);
      expect([...changes, ...replaces], logicalName).toEqual([]);
    }
  });

  it("finds each under its id in any letters", async () => {
    for (const declaration of example.declarations) {
      const { kind, logicalName } = declaration;
      const live = await handlerOf(kind, example.engine).read(example.idOf(declaration).toUpperCase());
      expect(live?.id.toLowerCase(), logicalName).toBe(example.idOf(declaration).toLowerCase());
    }
  });

  it("keeps the order of a plan's groups and steps as it was written", async () => {
    for (const declaration of example.declarations.filter((one) => one.kind === "recovery-plan")) {
      const { kind, inputs } = declaration;
      const live = (await handlerOf(kind, example.engine).read(example.idOf(declaration)))!.inputs as {
        properties: { groups: object[] };
      };
      const { groups } = (inputs as typeof live).properties;
      expect(live.properties.groups).toEqual(groups);
      const turned = { ...inputs, properties: { ...live.properties, groups: [...groups].reverse() } };
      const { changes } = await handlerOf(kind, example.engine).diff(
        example.idOf(declaration),
        inputs,
        turned,
      );
      expect(changes.length, "another order is a change").toBe(groups.length > 1 ? 1 : 0);
    }
  });
});
