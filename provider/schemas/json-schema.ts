import { createRequire } from "node:module";
import type { KindName } from "../kinds/kind.ts";

/** The words of JSON Schema that the schemas of kinds use. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly default?: string | number | boolean;
  readonly const?: string;
  readonly enum?: readonly (string | number)[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly discriminator?: { readonly propertyName: string };
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly "x-immutable"?: boolean;
  readonly "x-secret"?: boolean;
}

const load = createRequire(import.meta.url);

/** What a resource of a kind puts out, as `npm run generate` wrote it down from the kind's types. */
export function outputSchemaOf(kind: KindName): JsonSchema {
  // Two folders up in the sources (provider/schemas) and in the build alike.
  return load(`../../schema/outputs/${kind}.schema.json`) as JsonSchema;
}
