/**
 * What exists and was imported shows no change, neither with the program that the import prints nor with one that
 * leaves out all that has a default.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { type KindName, kindNames } from "../../provider/kinds/kind.ts";
import type { Properties } from "../../provider/pulumi/resource-state.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { clusterOf, clusterSite } from "../handlers/cluster-of.ts";
import { migrationOf } from "../handlers/migration-of.ts";
import { changesOf, shortest } from "./imported-thing.ts";
import { DeclaredExample, flowExamples } from "../handlers/declared-example.ts";

const work = { report: () => undefined };
const seen = new Set<KindName>();

describe.each(flowExamples)("what %s declares, imported", (_flow, text) => {
  let example: DeclaredExample;
  beforeAll(async () => void (example = await DeclaredExample.make(text)));
  afterAll(() => example.remove());

  it("shows no change with what the import prints", async () => {
    for (const one of example.declarations)
      expect(
        await changesOf(example.engine, example.thing(one), (imported) => imported),
        one.logicalName,
      ).toEqual([]);
  });

  it("shows no change with the program that it was declared by", async () => {
    for (const one of example.declarations)
      expect(
        await changesOf(example.engine, example.thing(one), () => one.inputs as Properties),
        one.logicalName,
      ).toEqual([]);
  });

  it("shows no change with a program that leaves all defaults out", async () => {
    for (const one of example.declarations) {
      seen.add(one.kind);
      const short = (from: unknown): Properties => shortest(one.kind, from);
      expect(await changesOf(example.engine, example.thing(one), short), one.logicalName).toEqual([]);
      expect(
        await changesOf(example.engine, example.thing(one), () => short(one.inputs)),
        one.logicalName,
      ).toEqual([]);
    }
  });
});

/** What no definition declares. */
const others: [KindName, () => Promise<{ site: FlowSite; inputs: object }>][] = [
  [
    "protection-cluster",
    async () => {
      const site = await clusterSite("S3");
      return { site, inputs: clusterOf(site) };
    },
  ],
  [
    "migration-item",
    async () => {
      const site = await FlowSite.make({ flow: "M1" });
      return { site, inputs: migrationOf(site) };
    },
  ],
];

it.each(others)("a %s shows no change either", async (kind, make) => {
  seen.add(kind);
  const { site, inputs } = await make();
  try {
    const { id } = await handlerOf(kind, site.engine).create(inputs, work);
    const programs: ((imported: Properties) => Properties)[] = [
      (imported) => imported,
      () => inputs as Properties,
      (imported) => shortest(kind, imported),
      () => shortest(kind, inputs),
    ];
    for (const program of programs) expect(await changesOf(site.engine, { kind, id }, program)).toEqual([]);
  } finally {
    site.remove();
  }
});

it("every kind was among them", () => {
  expect([...seen].sort()).toEqual([...kindNames].sort());
});
