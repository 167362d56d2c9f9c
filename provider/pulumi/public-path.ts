import type { JsonSchema } from "../schemas/json-schema.ts";
import { masked } from "../message.ts";
import type { SecretValues } from "./secret-values.ts";

/** What a schema comes to: itself, behind its reference, or each of its branches. */
function variants(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  if (schema.$ref) return variants(root, root.$defs![schema.$ref.split("/").at(-1)!]!);
  return [schema, ...(schema.oneOf ?? []).flatMap((branch) => variants(root, branch))];
}

/** The schemas of what is at a key, or of an entry of a list. */
function within(root: JsonSchema, schemas: readonly JsonSchema[], key: string): JsonSchema[] {
  const found = schemas.flatMap(
    ({ properties, items }) => properties?.[key] ?? (/^\d+$/.test(key) ? items : []) ?? [],
  );
  return found.flatMap((schema) => variants(root, schema));
}

/**
 * A path such as `properties.disks[0].diskId` as it may be shown: of an argument that is secret as a whole, only names
 * that the schema has. The path ends where it would tell a key or a place in a list of the user's.
 */
export function publicPath(path: string, schema: JsonSchema, secrets: SecretValues): string {
  let schemas = variants(schema, schema);
  let shown = "";
  for (const [step, key = "", index] of path.matchAll(/(?:^|\.)([^.[]+)|\[(\d+)\]/g)) {
    const isSecret = shown !== "" && secrets.isWithin(shown);
    const isName = schemas.some(
      ({ properties }) => properties !== undefined && Object.hasOwn(properties, key),
    );
    if (isSecret && !isName) return `${shown}.${masked}`;
    schemas = within(schema, schemas, index ?? key);
    shown += step;
  }
  return shown;
}
