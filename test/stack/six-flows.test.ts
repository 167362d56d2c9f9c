import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { quiet } from "../engine/fixture.ts";
import { badVmmSites } from "./bad-vmm-sites.ts";
import { badVmwareSites } from "./bad-vmware-sites.ts";
import {
  hyperVToAzure,
  makeSites,
  physicalToAzure,
  vmmToAzure,
  vmmToSite,
  vmwareToAzure,
  vmwareToSite,
} from "./six-flows.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-flows-"));
  makeSites(folder);
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Flow, its definition, and the flows of its machines. */
const definitions: readonly [title: string, text: string, machines: Record<string, string>][] = [
  ["VMware and physical servers to Azure", vmwareToAzure, { vm1: "S1", erp1: "S2" }],
  ["physical servers to Azure", physicalToAzure, { erp1: "S2" }],
  ["Hyper-V site to Azure", hyperVToAzure, { db1: "S3", web1: "S3" }],
  ["VMware to a second site", vmwareToSite, { vm1: "S5" }],
  ["VMM clouds to Azure", vmmToAzure, { web1: "S4" }],
  ["VMM clouds to a second site", vmmToSite, { web1: "S6" }],
];

describe("a definition of each flow", () => {
  it.each(definitions)(
    "%s: is declared in order, and the engine takes all of it",
    async (_title, text, flows) => {
      const file = path.join(folder, "siterecovery.yaml");
      fs.writeFileSync(file, text);
      const engine = await openEngine({ home: path.join(folder, "home") });
      try {
        const made = new Map<string, { id: string; inputs: object }>();
        const declarations = declarationsOf(readStack(file));
        for (const { logicalName, kind, inputs, dependsOn } of declarations) {
          for (const name of dependsOn) expect([...made.keys()], logicalName).toContain(name);
          expect(await handlerOf(kind, engine).check(inputs), logicalName).toEqual([]);
          const { id } = await handlerOf(kind, engine).create(inputs, quiet);
          made.set(logicalName, { id, inputs });
        }
        expect(made.size).toBe(declarations.length);
        for (const { logicalName, kind, inputs } of declarations) {
          const { changes } = await handlerOf(kind, engine).diff(made.get(logicalName)!.id, inputs, inputs);
          expect(changes, logicalName).toEqual([]);
        }
        const found = engine.items().map(({ details, state }) => [details.machineName, details.flow, state]);
        const wanted = Object.entries(flows).map(([name, flow]) => [name, flow, "Protected"]);
        expect(found.toSorted()).toEqual(wanted.toSorted());
        const named = declarations.flatMap(
          ({ inputs }) => (inputs as { processServerId?: string }).processServerId ?? [],
        );
        const serving = engine.items().map(({ details }) => details.processServerId);
        for (const id of named) expect(serving).toContain(id);
        for (const { logicalName, kind } of declarations.toReversed())
          await handlerOf(kind, engine).delete(made.get(logicalName)!.id, quiet);
        expect(engine.listThings({})).toEqual([]);
      } finally {
        engine.close();
      }
    },
  );
});

describe("a definition of another kind of site", () => {
  it.each([...badVmmSites, ...badVmwareSites])("tells %s", (_what, good, from, to, expected) => {
    const text = good.replace(from, () => to);
    expect(text).not.toBe(good);
    const before = text.slice(0, Math.max(0, text.indexOf("¦"))).split("\n");
    const place = to.includes("¦") ? `${before.length}:${before.at(-1)!.length + 1} ` : "";
    const file = path.join(folder, "siterecovery.yaml");
    fs.writeFileSync(file, text.replace("¦", ""));
    let told: string[] = [];
    try {
      readStack(file);
    } catch (error) {
      expect(error).toBeInstanceOf(DefinitionError);
      told = (error as DefinitionError).findings.map(
        ({ line, column, property, message }) => `${line}:${column} ${property}: ${message}`,
      );
    }
    expect(
      told.some((line) => line.includes(`${place}${expected}`)),
      `${place}${expected} in\n${told.join("\n")}`,
    ).toBe(true);
  });
});
