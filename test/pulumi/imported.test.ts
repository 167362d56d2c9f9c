/**
 * What exists and was imported shows no change, neither with the program that the import prints nor with one that
 * leaves out all that has a default.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { type KindName, kindNames } from "../../provider/kinds/kind.ts";
import type { Properties } from "../../provider/pulumi/resource-state.ts";
import { SeededRandom } from "../../provider/random.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import type { Declaration } from "../../provider/stack/declaration.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { clusterOf, clusterSite } from "../handlers/cluster-of.ts";
import { migrationOf } from "../handlers/migration-of.ts";
import * as examples from "../stack/six-flows.ts";
import { changesOf, shortest } from "./imported-thing.ts";

const flows = [
  examples.vmwareToAzure,
  examples.physicalToAzure,
  examples.hyperVToAzure,
  examples.vmmToAzure,
  examples.vmwareToSite,
  examples.vmmToSite,
];
const work = { report: () => undefined };
const seen = new Set<KindName>();

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

    const thing = ({ kind, logicalName }: Declaration): { kind: KindName; id: string } => ({
      kind,
      id: ids.get(logicalName)!,
    });

    it("shows no change with what the import prints", async () => {
      for (const one of declarations)
        expect(await changesOf(engine, thing(one), (imported) => imported), one.logicalName).toEqual([]);
    });

    it("shows no change with the program that it was declared by", async () => {
      for (const one of declarations)
        expect(await changesOf(engine, thing(one), () => one.inputs as Properties), one.logicalName).toEqual(
          [],
        );
    });

    it("shows no change with a program that leaves all defaults out", async () => {
      for (const one of declarations) {
        seen.add(one.kind);
        const short = (from: unknown): Properties => shortest(one.kind, from);
        expect(await changesOf(engine, thing(one), short), one.logicalName).toEqual([]);
        expect(await changesOf(engine, thing(one), () => short(one.inputs)), one.logicalName).toEqual([]);
      }
    });
  },
);

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
