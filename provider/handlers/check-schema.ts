/**
 * Holds arguments against the JSON Schema of their kind (folder schema/ of the package). The only place outside
 * stack definitions that knows the validator.
 */
import { createRequire } from "node:module";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { KindName } from "../kinds/kind.ts";
import { type CheckFailure, unknownValue } from "./handler.ts";
import { checkFailure, type SchemaError } from "../schemas/schema-reason.ts";
import { kinds } from "../kinds/registry.ts";

const load = createRequire(import.meta.url);

/** The JSON Schema of a kind's arguments, as published in the package. */
export function schemaOf(kind: KindName): Record<string, unknown> {
  // Two folders up in the sources (provider/handlers) and in the build (dist/handlers) alike.
  return load(`../../schema/${kind}.schema.json`) as Record<string, unknown>;
}

/** Words of ours in the schemas: they say something to people and tools, and validate nothing. */
export const annotationKeywords = ["x-immutable", "x-secret", "x-unit", "x-pattern-help"];

function newValidator(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    allErrors: true,
    discriminator: true,
    verbose: true,
    // The package's schemas are sound, which its tests see to; both are half of what the first call would take.
    validateSchema: false,
    code: { optimize: false },
  });
  addFormats.default(ajv, ["date-time"]);
  for (const keyword of annotationKeywords) ajv.addKeyword(keyword);
  return ajv;
}

let ajv: Ajv2020 | undefined;
const compiled = new Map<object, ValidateFunction>();

function validatorOf(schema: object): ValidateFunction {
  let validate = compiled.get(schema);
  if (!validate) {
    ajv ??= newValidator();
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

/** What is not known yet in a preview is checked when it is known. */
function isAboutUnknown(error: ErrorObject): boolean {
  if (error.keyword === "discriminator") return error.params["tagValue"] === unknownValue;
  return (
    error.keyword !== "additionalProperties" && error.keyword !== "required" && error.data === unknownValue
  );
}

/** What an error of the validator makes needless to tell: whatever else is wrong in the same place. */
function outshines(error: ErrorObject, other: ErrorObject): boolean {
  if (error === other) return false;
  // A string that is empty breaks its length and its pattern: the length says it all.
  if (error.keyword === "minLength")
    return other.keyword === "pattern" && other.instancePath === error.instancePath;
  // Settings of another replication provider are all unknown here: its name is the one thing that is wrong.
  if (error.keyword !== "const" || !error.instancePath.endsWith("/instanceType")) return false;
  const settings = error.instancePath.slice(0, -"/instanceType".length);
  return other.instancePath === settings || other.instancePath.startsWith(`${settings}/`);
}

/**
 * All that is wrong with the arguments of a kind by its schema: unknown and missing properties, wrong
 * types, units, ranges and names. Empty when nothing is. Values equal to `unknownValue` never fail.
 */
export function checkSchema(kind: KindName, inputs: object): CheckFailure[] {
  return checkValues(schemaOf(kind), inputs);
}

/** The same of any schema, which is compiled once: hand in the same object each time. */
export function checkValues(schema: object, values: object): CheckFailure[] {
  const validate = validatorOf(schema);
  if (validate(values)) return [];
  const errors = (validate.errors ?? []).filter((error) => !isAboutUnknown(error));
  return errors
    .filter((error) => !errors.some((other) => outshines(other, error)))
    .map((error) => checkFailure(error as SchemaError));
}

/**
 * Returns why a kind's schema refuses a name, or `undefined` if it takes it. Definitions ask here as well, so that they
 * never pass a name that an update refuses.
 */
export function nameRefusal(kind: KindName, name: string): string | undefined {
  const argument = kinds[kind].nameArgument;
  return checkSchema(kind, { [argument]: name }).find(({ property }) => property === argument)?.reason;
}
