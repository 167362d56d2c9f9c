/** The lookups of every kind: one thing by its names, and all that are there. */
import { armIdOf } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import { schemaOf } from "../handlers/check-schema.ts";
import type { Live } from "../handlers/handler.ts";
import type { Kind } from "../kinds/kind.ts";
import { type JsonSchema, outputSchemaOf } from "../schemas/json-schema.ts";
import { lookupWord, pathArguments, plural } from "./kind-words.ts";
import type { Lookup } from "./lookup.ts";
import { plain, said } from "../message.ts";

const idSchema: JsonSchema = { type: "string", description: "ARM id." };

/** Names as the schema of the kind describes them. */
function nameSchemas(kind: Kind): Record<string, JsonSchema> {
  const { properties = {} } = schemaOf(kind.kind) as JsonSchema;
  const entries = pathArguments(kind).map((name) => {
    const description = (properties[name]?.description ?? "A name.").replace(
      / Defaults to the logical.*/,
      "",
    );
    return [name, { type: "string", description }] as const;
  });
  return Object.fromEntries(entries);
}

/** What a lookup returns of a thing: its id, and what its resource puts out. */
function foundSchema(kind: Kind): JsonSchema {
  const outputs = outputSchemaOf(kind.kind);
  return {
    type: "object",
    description: `A ${kind.title}.`,
    additionalProperties: false,
    required: ["id", ...(outputs.required ?? [])],
    properties: { id: idSchema, ...outputs.properties },
  };
}

function shown({ id, outputs }: Live<object, object>): object {
  return { id, ...outputs };
}

/** `getVault` and the like. */
export function getLookup(kind: Kind): Lookup {
  const properties = nameSchemas(kind);
  return {
    name: `get${lookupWord(kind)}`,
    description: `Looks up a ${kind.title} by its names.`,
    inputs: { type: "object", additionalProperties: false, required: Object.keys(properties), properties },
    outputs: foundSchema(kind),
    run: async (source, values) => {
      const id = armIdOf(kind, values);
      const found = await source.handler(kind.kind).read(id);
      if (found) return shown(found);
      const message = said`There is no ${plain(kind.title)} ${id}. ${plural(`list${lookupWord(kind)}`)} lists them.`;
      throw new SiteRecoveryError("NotFound", message, { target: id });
    },
  };
}

/** `listVaults` and the like: each name that is given narrows it down. */
export function listLookup(kind: Kind): Lookup {
  const all = nameSchemas(kind);
  const properties = Object.fromEntries(Object.entries(all).filter(([name]) => name !== kind.nameArgument));
  const key = plural(lookupWord(kind)).replace(/^./, (letter) => letter.toLowerCase());
  return {
    name: `list${plural(lookupWord(kind))}`,
    description: `Lists each ${kind.title} that is there, of a resource group, a vault or the like, or of all.`,
    inputs: { type: "object", additionalProperties: false, properties },
    outputs: {
      type: "object",
      additionalProperties: false,
      required: [key],
      properties: {
        [key]: { type: "array", description: "In the order of their ids.", items: foundSchema(kind) },
      },
    },
    run: async (source, values) => {
      const things = source.engine
        .listThings({ kind: kind.kind })
        .filter(({ inputs }) => Object.entries(values).every(([name, value]) => isSame(inputs[name], value)));
      const live = await Promise.all(things.map(({ id }) => source.handler(kind.kind).read(id)));
      const found = live.flatMap((one) => (one ? [shown(one)] : []));
      return { [key]: found };
    },
  };
}

/** Names compare without regard to letter case. */
function isSame(one: unknown, other: unknown): boolean {
  return String(one).toLowerCase() === String(other).toLowerCase();
}
