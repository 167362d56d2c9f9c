/** What a program would change of a thing that exists and was imported. */
import { expect } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import type { Engine } from "../../provider/engine/engine.ts";
import { schemaOf } from "../../provider/handlers/check-schema.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { ResourceLifecycle } from "../../provider/pulumi/resource-lifecycle.ts";
import type { Properties } from "../../provider/pulumi/resource-state.ts";

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

/** The arguments of a kind without all that has a default. */
export function shortest(kind: KindName, inputs: unknown): Properties {
  const schema = schemaOf(kind) as Schema;
  return minimal(schema, schema, inputs) as Properties;
}

const calling = { urn: "" };

/** What a preview would show of a program, right after the thing was imported. */
export async function changesOf(
  engine: Engine,
  { kind, id }: { kind: KindName; id: string },
  program: (imported: Properties) => Properties,
): Promise<unknown[]> {
  const told: string[] = [];
  const lifecycle = new ResourceLifecycle(kinds[kind], {
    connect: async () => handlerOf(kind, engine),
    link: { tell: (_urn, _severity, line) => void told.push(line), settled: async () => undefined },
    clock: systemClock,
    declared: new Map(),
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
