/**
 * What exists and was imported shows no change, neither with the program that the import prints nor with one that
 * leaves out all that has a default.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import { schemaOf } from "../../provider/handlers/check-schema.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { type KindName, kindNames } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { ResourceLifecycle } from "../../provider/pulumi/resource-lifecycle.ts";
import type { Properties } from "../../provider/pulumi/resource-state.ts";
import { SeededRandom } from "../../provider/random.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import type { Declaration } from "../../provider/stack/declaration.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { clusterOf, clusterSite } from "../handlers/cluster-of.ts";
import { migrationOf } from "../handlers/migration-of.ts";
import * as examples from "../stack/six-flows.ts";

interface Schema {
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly const?: unknown;
}

/** The value without what its schema says is there anyway, and without objects in which nothing else was. */
function minimal(root: Schema, schema: Schema, value: unknown): unknown {
  if (schema.$ref) return minimal(root, root.$defs![schema.$ref.split("/").at(-1)!]!, value);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const settings = value as Properties;
  const branch = schema.oneOf?.find(
    ({ properties }) => properties?.["instanceType"]?.const === settings["instanceType"],
  );
  if (branch) return minimal(root, branch, value);
  const entries = Object.entries(settings).flatMap(([key, one]) => {
    const of = schema.properties?.[key] ?? {};
    if (one === of.default) return [];
    const rest = minimal(root, of, one);
    const isEmpty = typeof rest === "object" && rest !== null && Object.keys(rest).length === 0;
    return isEmpty && !schema.required?.includes(key) ? [] : [[key, rest] as const];
  });
  return Object.fromEntries(entries);
}

const flows = [
  examples.vmwareToAzure,
  examples.physicalToAzure,
  examples.hyperVToAzure,
  examples.vmmToAzure,
  examples.vmwareToSite,
  examples.vmmToSite,
];
const work = { report: () => undefined };
const calling = { urn: "" };
const seen = new Set<KindName>();

/** What is told of a thing that was imported, with a program that says what it is to be. */
async function changesOfImported(
  engine: Engine,
  kind: KindName,
  id: string,
  program: (imported: Properties) => Properties,
): Promise<unknown[]> {
  const told: string[] = [];
  const lifecycle = new ResourceLifecycle(kinds[kind], {
    connect: async () => handlerOf(kind, engine),
    link: { tell: (_urn, _severity, line) => void told.push(line), settled: async () => undefined },
    clock: systemClock,
  });
  // As an import does: it knows the id alone, and its inputs are Pulumi's from then on.
  const { state, inputs } = (await lifecycle.read(calling, id, { state: {} }))!;
  const wanted = program(inputs);
  expect(await lifecycle.check(calling, wanted), id).toEqual([]);
  const { changes, replaces, textChanges } = await lifecycle.diff(calling, id, {
    state,
    wanted,
    before: inputs,
  });
  return [...changes, ...replaces, ...textChanges, ...told];
}

/** The kind's shortest program that says the same. */
function shortest(kind: KindName, from: unknown): Properties {
  const schema = schemaOf(kind) as Schema;
  return minimal(schema, schema, from) as Properties;
}

describe.each(flows.map((text, index) => [`S${index + 1}`, text]))(
  "what %s declares, imported",
  (_flow, text) => {
    const home = process.cwd();
    let folder: string;
    let engine: Engine;
    let declarations: Declaration[];
    const ids = new Map<string, string>();

    beforeAll(async () => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-import-"));
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

    const changesOf = (
      { kind, logicalName }: Declaration,
      program: (imported: Properties) => Properties,
    ): Promise<unknown[]> => changesOfImported(engine, kind, ids.get(logicalName)!, program);

    it("shows no change with what the import prints", async () => {
      for (const one of declarations)
        expect(await changesOf(one, (imported) => imported), one.logicalName).toEqual([]);
    });

    it("shows no change with the program that it was declared by", async () => {
      for (const one of declarations)
        expect(await changesOf(one, () => one.inputs as Properties), one.logicalName).toEqual([]);
    });

    it("shows no change with a program that leaves all defaults out", async () => {
      for (const one of declarations) {
        seen.add(one.kind);
        const schema = schemaOf(one.kind) as Schema;
        const shortest = (from: unknown): Properties => minimal(schema, schema, from) as Properties;
        expect(await changesOf(one, shortest), one.logicalName).toEqual([]);
        expect(await changesOf(one, () => shortest(one.inputs)), one.logicalName).toEqual([]);
      }
    });
  },
);

const others = [
  ["protection-cluster", () => clusterSite("S1"), (site: FlowSite) => clusterOf(site)],
  [
    "migration-item",
    () => FlowSite.make({ flow: "M1", machines: ["web1"] }),
    (site: FlowSite) => migrationOf(site),
  ],
] as const;

it.each(others)("%s, imported, shows no change either", async (kind, make, inputsOf) => {
  const site = await make();
  try {
    const inputs = inputsOf(site);
    const { id } = await handlerOf(kind, site.engine).create(inputs, work);
    const programs = [
      (imported: Properties) => imported,
      (imported: Properties) => shortest(kind, imported),
      () => inputs as unknown as Properties,
      () => shortest(kind, inputs),
    ];
    for (const program of programs)
      expect(await changesOfImported(site.engine, kind, id, program)).toEqual([]);
    seen.add(kind);
  } finally {
    site.remove();
  }
});

it("every kind was among them", () => {
  expect([...seen].sort()).toEqual([...kindNames].sort());
});
