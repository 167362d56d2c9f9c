/**
 * What is declared and made shows no change when the same is said in another way: the pains of those who had every
 * plan replace their machines because an id came back in other letters.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEngine, type Engine } from "../../provider/engine/engine.ts";
import { unknownValue } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { SeededRandom } from "../../provider/random.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import type { Declaration } from "../../provider/stack/declaration.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import * as examples from "../stack/six-flows.ts";

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
  [
    "with the names of what it is in written in capital letters",
    (value, key, inputs) =>
      names.test(key) && key !== "accountName" && typeof value === "string" && inputs[key] === value
        ? value.toUpperCase()
        : value,
  ],
];

const flows = {
  S1: examples.vmwareToAzure,
  S2: examples.physicalToAzure,
  S3: examples.hyperVToAzure,
  S4: examples.vmmToAzure,
  S5: examples.vmwareToSite,
  S6: examples.vmmToSite,
};

const work = { report: () => undefined };

describe.each(Object.entries(flows))("what the example of %s declares", (_flow, text) => {
  const home = process.cwd();
  let folder: string;
  let engine: Engine;
  let declarations: Declaration[];
  const ids = new Map<string, string>();

  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-diff-"));
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
    process.chdir(home);
    fs.rmSync(folder, { recursive: true });
  });

  it.each(rewrites)("shows no change %s", async (_title, rewrite) => {
    for (const { kind, logicalName, inputs } of declarations) {
      const handler = handlerOf(kind, engine);
      const wanted = rewritten(structuredClone(inputs), rewrite) as object;
      expect(await handler.check(wanted), logicalName).toEqual([]);
      const { changes, replaces } = await handler.diff(ids.get(logicalName)!, inputs, wanted);
      expect(changes, logicalName).toEqual([]);
      expect(replaces, logicalName).toEqual([]);
    }
  });

  it("shows no change with what is live written into the program", async () => {
    for (const { kind, logicalName } of declarations) {
      const handler = handlerOf(kind, engine);
      const live = (await handler.read(ids.get(logicalName)!))!;
      const { changes, replaces } = await handler.diff(live.id, live.inputs, live.inputs);
      expect([...changes, ...replaces], logicalName).toEqual([]);
    }
  });

  it("finds each under its id in any letters", async () => {
    for (const { kind, logicalName } of declarations) {
      const live = await handlerOf(kind, engine).read(ids.get(logicalName)!.toUpperCase());
      expect(live?.id.toLowerCase(), logicalName).toBe(ids.get(logicalName)!.toLowerCase());
    }
  });

  it("keeps the order of a plan's groups and steps as it was written", async () => {
    for (const { kind, logicalName, inputs } of declarations.filter((one) => one.kind === "recovery-plan")) {
      const live = (await handlerOf(kind, engine).read(ids.get(logicalName)!))!.inputs as {
        properties: { groups: object[] };
      };
      const { groups } = (inputs as typeof live).properties;
      expect(live.properties.groups).toEqual(groups);
      const turned = { ...inputs, properties: { ...live.properties, groups: [...groups].reverse() } };
      const { changes } = await handlerOf(kind, engine).diff(ids.get(logicalName)!, inputs, turned);
      expect(changes.length, "another order is a change").toBe(groups.length > 1 ? 1 : 0);
    }
  });
});
