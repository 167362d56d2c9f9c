/** Where a kind's schema has arguments, and arguments with a value at such a place. */
import { schemaOf } from "../../provider/handlers/check-schema.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import type { JsonSchema } from "../../provider/schemas/json-schema.ts";
import type { Values } from "./door.ts";

type Key = string | number;

/** A place, and what must stand around it: the words that choose a branch of a union. */
export interface Place {
  readonly keys: readonly Key[];
  readonly around: readonly { readonly keys: readonly Key[]; readonly value: unknown }[];
}

function placesIn(root: JsonSchema, schema: JsonSchema, place: Place): Place[] {
  const { keys, around } = place;
  if (schema.$ref) return placesIn(root, root.$defs![schema.$ref.split("/").at(-1)!]!, place);
  const tag = schema.discriminator?.propertyName;
  const branches = (schema.oneOf ?? []).flatMap((branch) => {
    const word = tag === undefined ? undefined : branch.properties?.[tag]?.const;
    const chosen = word === undefined ? [] : [{ keys: [...keys, tag!], value: word }];
    return placesIn(root, branch, { keys, around: [...around, ...chosen] });
  });
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, one]) =>
    placesIn(root, one, { keys: [...keys, key], around }),
  );
  const free = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  return [
    ...(keys.length === 0 ? [] : [place]),
    ...branches,
    ...inner,
    ...(schema.items ? placesIn(root, schema.items, { keys: [...keys, 0], around }) : []),
    ...(free ? placesIn(root, free, { keys: [...keys, "note"], around }) : []),
  ];
}

/** All places of a kind's arguments: objects and lists as a whole, and what is in them. */
export function placesOf(kind: KindName): Place[] {
  const schema = schemaOf(kind) as JsonSchema;
  return placesIn(schema, schema, { keys: [], around: [] });
}

function put(values: unknown, [key, ...rest]: readonly Key[], value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === "number") {
    const list: unknown[] = Array.isArray(values) ? [...(values as unknown[])] : [];
    list[key] = put(list[key], rest, value);
    return list;
  }
  const record: Values = values !== null && typeof values === "object" ? { ...(values as Values) } : {};
  return { ...record, [key]: put(record[key], rest, value) };
}

/** An example's references to other resources, as what they come to. */
function resolved(value: unknown): unknown {
  if (typeof value === "string")
    return value.replace(/\$\{(\w+)\.(\w+)\}/g, (_, thing: string, output: string) =>
      output === "id" ? `/subscriptions/0/resourceGroups/dr/providers/x/${thing}s/${thing}` : `the-${thing}`,
    );
  if (Array.isArray(value)) return value.map(resolved);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner)]));
}

/** The example of a kind's schema with a value at a place. */
export function withValue(kind: KindName, { keys, around }: Place, value: unknown): Values {
  const [example] = (schemaOf(kind) as { examples: Values[] }).examples;
  const chosen = around.reduce<unknown>((values, one) => put(values, one.keys, one.value), resolved(example));
  return put(chosen, keys, value) as Values;
}
