/** Tries every row of some kinds' tables, and holds the tables against the schemas. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { quiet } from "../../engine/fixture.ts";
import { argumentOf, changeOf, type Row, type Table, withValue, type World } from "./row.ts";
import { propertiesOf, type SchemaProperty } from "./schema-properties.ts";

interface Case {
  readonly kind: KindName;
  readonly property: SchemaProperty;
  readonly row: Row;
}

/** Another value than any that is there. */
function otherValue(world: World, argument: string): unknown {
  const now = argument
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], world.inputs);
  if (Array.isArray(now)) return ["other"];
  if (typeof now === "number") return now + 1;
  if (typeof now === "boolean") return !now;
  return `${typeof now === "string" ? now : ""}x`;
}

/** Settings that are replaced are told so in a preview. */
async function showReplaced({ kind, property }: Case, world: World): Promise<void> {
  const argument = argumentOf(property.path);
  const wanted = withValue(world.inputs, argument, otherValue(world, argument));
  const { replaces } = await handlerOf(kind, world.site.engine).diff(world.id, world.inputs, wanted);
  expect(replaces).toContain(argument);
}

/** A label is kept as it was written, and whoever reads its description knows that it is one. */
async function showLabel({ kind, property }: Case, to: unknown, world: World): Promise<void> {
  expect(property.descriptions).toMatch(/\brecorded\b/);
  await changeOf(kind, property.path, world)(to);
  const live = await handlerOf(kind, world.site.engine).read(world.id);
  const argument = argumentOf(property.path);
  expect(live!.inputs).toMatchObject(withValue({}, argument, to));
}

async function showRefused({ kind, property, row }: Case, world: World): Promise<void> {
  if (row.is !== "refused") return;
  const before = await handlerOf(kind, world.site.engine).read(world.id);
  await expect(changeOf(kind, property.path, world)(row.to)).rejects.toThrow(row.words);
  expect((await handlerOf(kind, world.site.engine).read(world.id))?.inputs).toEqual(before?.inputs);
}

async function show(one: Case, world: World): Promise<void> {
  const { row, kind, property } = one;
  if (row.is === "replaces") return showReplaced(one, world);
  if (row.is === "label") return showLabel(one, row.to, world);
  if (row.is === "refused") return showRefused(one, world);
  await row.shows({ ...world, change: changeOf(kind, property.path, world) });
}

/** The settings as they were, for the next row. */
async function putBack(kind: KindName, { site, id, inputs }: World): Promise<void> {
  const handler = handlerOf(kind, site.engine);
  const live = await handler.read(id);
  if (live !== undefined) await handler.update(id, live.inputs, inputs, quiet);
}

function worldOf(table: Table, path: string): string {
  const fitting = Object.keys(table.worlds).filter((beginning) => path.startsWith(beginning));
  return fitting.reduce((best, one) => (one.length > best.length ? one : best));
}

/** Declares the tests of a kind: each property of its schema has a row, each row a property, and each row holds. */
function walkSettings(kind: KindName, table: Table): void {
  const properties = propertiesOf(kind);
  describe(`the settings of ${kind}`, () => {
    it("each have a row, and each row a setting", () => {
      expect(Object.keys(table.rows).toSorted()).toEqual(properties.map(({ path }) => path).toSorted());
    });

    const cases = properties.flatMap((property) => {
      const row = table.rows[property.path];
      return row === undefined ? [] : [{ kind, property, row, world: worldOf(table, property.path) }];
    });
    describe.each(Object.keys(table.worlds))("%s", (name) => {
      let world: World;
      beforeAll(async () => void (world = await table.worlds[name]!()));
      afterAll(() => world.site.remove());
      for (const one of cases.filter((row) => row.world === name)) {
        const { row, property } = one;
        it(`${property.path}: ${row.is}`, async () => {
          if (row.is !== "behaviour" || !row.alone) {
            await show(one, world);
            return row.is === "replaces" ? undefined : putBack(kind, world);
          }
          const own = await table.worlds[name]!();
          try {
            await show(one, own);
          } finally {
            own.site.remove();
          }
        });
      }
    });
  });
}

export function walkAll(tables: Partial<Record<KindName, Table>>): void {
  for (const [kind, table] of Object.entries(tables)) walkSettings(kind as KindName, table);
}
