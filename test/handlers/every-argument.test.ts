/**
 * No argument is passed over: another value of any of them is a change that is named, or it is refused. The pains of
 * those whose change of a program changed nothing, or something else than they wrote.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { SeededRandom } from "../../provider/random.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import type { Declaration } from "../../provider/stack/declaration.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import * as examples from "../stack/six-flows.ts";

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

const flows = [
  ["S1", examples.vmwareToAzure],
  ["S2", examples.physicalToAzure],
  ["S3", examples.hyperVToAzure],
  ["S4", examples.vmmToAzure],
  ["S5", examples.vmwareToSite],
  ["S6", examples.vmmToSite],
] as const;
const work = { report: () => undefined };

describe.each(flows)("an argument of what the example of %s declares", (_flow, text) => {
  const home = process.cwd();
  let folder: string;
  let engine: Engine;
  let declarations: Declaration[];
  const ids = new Map<string, string>();

  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-arguments-"));
    examples.makeSites(folder);
    fs.writeFileSync(path.join(folder, "siterecovery.yaml"), text);
    // Relative folders of a definition count from the project's.
    process.chdir(folder);
    engine = await openEngine({ home: path.join(folder, "home"), random: new SeededRandom(1) });
    declarations = declarationsOf(readStack("siterecovery.yaml"));
    for (const { kind, logicalName, inputs } of declarations)
      ids.set(logicalName, (await handlerOf(kind, engine).create(inputs, work)).id);
  });
  afterAll(() => {
    engine.close();
    process.chdir(home);
    fs.rmSync(folder, { recursive: true });
  });

  it("is a change that is named when its value is another one, or is refused", async () => {
    let changes = 0;
    for (const { kind, logicalName, inputs } of declarations) {
      const handler = handlerOf(kind, engine);
      for (const keys of leavesOf(inputs)) {
        const wanted = changed(inputs, keys) as object;
        if ((await handler.check(wanted)).length > 0) continue;
        const place = keys.join(".");
        const found = await handler.diff(ids.get(logicalName)!, inputs, wanted);
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
    for (const { kind, logicalName, inputs } of declarations) {
      const handler = handlerOf(kind, engine);
      const live = (await handler.read(ids.get(logicalName)!))!;
      expect(live.inputs, logicalName).toMatchObject(handler.withDefaults(inputs));
    }
  });
});
