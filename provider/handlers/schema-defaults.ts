import type { KindName } from "../kinds/kind.ts";
import { schemaOf } from "./check-schema.ts";
import { isRecord } from "../record.ts";

interface Schema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly const?: unknown;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** The branch that settings belong to, by their `instanceType`; none while it is not known. */
function branchOf(branches: readonly Schema[], value: unknown): Schema | undefined {
  if (!isRecord(value)) return undefined;
  return branches.find(({ properties }) => {
    const type = properties?.["instanceType"]?.const;
    return type !== undefined && type === value["instanceType"];
  });
}

function filled(root: Schema, schema: Schema, value: unknown): unknown {
  if (schema.$ref) return filled(root, root.$defs![schema.$ref.split("/").at(-1)!]!, value);
  if (schema.oneOf) {
    const branch = branchOf(schema.oneOf, value);
    return branch ? filled(root, branch, value) : value;
  }
  if (Array.isArray(value) && schema.items) return value.map((item) => filled(root, schema.items!, item));
  if (!isRecord(value) || !schema.properties) return value;
  const entries = Object.entries(schema.properties).flatMap(([key, inner]) => {
    const given = filled(root, inner, value[key] ?? inner.default);
    return given === undefined ? [] : [[key, given] as const];
  });
  return { ...value, ...Object.fromEntries(entries) };
}

/**
 * Arguments with the defaults that their kind's schema names, at every depth that the program speaks of: an object
 * that is left out stays out.
 */
export function withSchemaDefaults<Inputs extends object>(kind: KindName, inputs: Inputs): Inputs {
  const schema = schemaOf(kind) as Schema;
  return filled(schema, schema, inputs) as Inputs;
}
