import type { Lookup } from "../lookups/lookup.ts";
import type { FunctionSpec, ObjectSpec } from "./package-spec.ts";
import type { TypeSpecs } from "./type-specs.ts";
import type { JsonSchema } from "../schemas/json-schema.ts";

/** A lookup as a function of the package. */
export function functionSpec({ name, description, inputs, outputs }: Lookup, types: TypeSpecs): FunctionSpec {
  const spec = (schema: JsonSchema, suffix: string): ObjectSpec => ({
    type: "object",
    properties: types.properties(schema, schema, [name], suffix),
    required: [...(schema.required ?? [])].sort(),
  });
  return { description, inputs: spec(inputs, ""), outputs: spec(outputs, "Result") };
}
