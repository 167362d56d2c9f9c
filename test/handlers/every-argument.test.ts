/**
 * No argument is passed over: another value of any of them is a change that is named, or it is refused. The pains of
 * those whose change of a program changed nothing, or something else than they wrote.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { DeclaredExample, flowExamples } from "./declared-example.ts";

type Keys = readonly (string | number)[];

/** Where values stand that are neither objects nor lists. */
function leavesOf(value: unknown, keys: Keys = []): Keys[] {
  if (value === null || typeof value !== "object") return [keys];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...keys, key]));
}

function otherThan(value: unknown): unknown {
  if (typeof value === "boolean") return !value;
  return typeof value === "number" ? value + 1 : `${String(value)}x`;
}

/** The same with another value at a place. */
function changed(value: unknown, [key, ...rest]: Keys): unknown {
  if (key === undefined) return otherThan(value);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = changed(copy[key], rest);
  return copy;
}

describe.each(flowExamples)("an argument of what the example of %s declares", (_flow, text) => {
  let example: DeclaredExample;
  beforeAll(async () => void (example = await DeclaredExample.make(text)));
  afterAll(() => example.remove());

  it("is a change that is named when its value is another one, or is refused", async () => {
    let changes = 0;
    for (const declaration of example.declarations) {
      const { kind, logicalName, inputs } = declaration;
      const handler = handlerOf(kind, example.engine);
      for (const keys of leavesOf(inputs)) {
        const wanted = changed(inputs, keys) as object;
        if ((await handler.check(wanted)).length > 0) continue;
        const place = keys.join(".");
        const found = await handler.diff(example.idOf(declaration), inputs, wanted);
        const named = found.changes.filter(
          ({ property }) => place === property || place.startsWith(`${property}.`),
        );
        expect(named.length, `${logicalName}: ${place}`).toBe(1);
        changes += 1;
        const replaces = kinds[kind].immutable.some((one) => place === one || place.startsWith(`${one}.`));
        expect(found.replaces.length > 0, `${logicalName}: ${place} replaces`).toBe(replaces);
      }
    }
    expect(changes).toBeGreaterThan(40);
  });

  it("is kept as it was written, and read back so", async () => {
    for (const declaration of example.declarations) {
      const { kind, logicalName, inputs } = declaration;
      const handler = handlerOf(kind, example.engine);
      const live = (await handler.read(example.idOf(declaration)))!;
      expect(live.inputs, logicalName).toMatchObject(handler.withDefaults(inputs));
    }
  });
});
