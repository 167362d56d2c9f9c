/** Reads a YAML file and validates it by a JSON Schema. Errors have file, line and column. */
import { createRequire } from "node:module";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { checkFailure, type SchemaError } from "../schemas/schema-reason.ts";
import { DefinitionError } from "./definition-error.ts";
import type { Finding } from "./finding.ts";
import { ruleOfSchemaError } from "./schema-error-rule.ts";
import { readYaml, type YamlFile, type YamlPath } from "./read-yaml.ts";
import { pathOfPointer, Repair } from "./repair-value.ts";

export interface ValidYaml<Value> extends Omit<YamlFile, "value"> {
  readonly value: Value;
}

const findingsMax = 100;
const load = createRequire(import.meta.url);
const compiled = new Map<string, ValidateFunction>();

/** By schema: the one that it refers to. */
const referred: Readonly<Record<string, string>> = { "stack-part": "stack", "inventory-lock": "machine" };

function validatorOf(schema: string): ValidateFunction {
  let validate = compiled.get(schema);
  if (!validate) {
    const ajv = new Ajv2020({ strict: true, allErrors: true, verbose: true, allowUnionTypes: true });
    addFormats.default(ajv, ["date-time"]);
    for (const keyword of ["x-unit", "x-pattern-help"]) ajv.addKeyword(keyword);
    // Two folders up in the sources (provider/yaml) and in the build (dist/yaml) alike.
    const read = (name: string): object => load(`../../schema/${name}.schema.json`) as object;
    // A part refers to the whole, which is looked up by its id and never over a network.
    const referredTo = referred[schema];
    if (referredTo !== undefined) ajv.addSchema(read(referredTo));
    validate = ajv.compile(read(schema));
    compiled.set(schema, validate);
  }
  return validate;
}

function toFinding(yaml: YamlFile, error: ErrorObject): Finding {
  const path = pathOfPointer(error.instancePath);
  const extra: unknown = error.params["additionalProperty"];
  const where = typeof extra === "string" ? yaml.positionOfKey([...path, extra]) : yaml.positionOf(path);
  const { property, reason } = checkFailure(error as SchemaError);
  return {
    rule: ruleOfSchemaError(error.keyword, property),
    file: yaml.file,
    ...where,
    property,
    message: reason,
  };
}

/** What only says that a branch of a union did not fit; the branches' own errors say why. */
function isNoise(error: ErrorObject): boolean {
  return error.keyword === "anyOf" || error.keyword === "oneOf" || error.keyword === "if";
}

/** What may be wrong with a value that is still of use for everything else: how it is written, or how large it is. */
const mild = new Set([
  "pattern",
  "format",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "maxItems",
  "uniqueItems",
  "enum",
  "additionalProperties",
]);

/** Words that decide what everything around them means. */
const deciding = /(^\/target|\/(kind|instanceType|purpose|connection))$/;

function isMild({ keyword, instancePath, data }: ErrorObject): boolean {
  // A map where a word is wanted is no use to anybody.
  if (keyword === "enum" && typeof data === "object") return false;
  return mild.has(keyword) && !deciding.test(instancePath);
}

/** Takes a property out that the schema does not know. */
function withoutUnknown(value: unknown, error: ErrorObject): void {
  const holder = pathOfPointer(error.instancePath).reduce<unknown>(
    (inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step],
    value,
  );
  delete (holder as Record<string, unknown> | undefined)?.[String(error.params["additionalProperty"])];
}

/** Lists that are too short are looked at as they are. */
function isBearable(error: ErrorObject): boolean {
  return isMild(error) || ["minItems", "minProperties", "maxProperties"].includes(error.keyword);
}

/** What is filled in may have parts of its own that are missing. */
const repairsMax = 4;

/** Makes a value with serious errors usable, or returns `undefined` if that is not possible. */
function repaired(value: unknown, validate: ValidateFunction): readonly YamlPath[] | undefined {
  const repair = new Repair(value);
  for (let round = 0; round < repairsMax; round += 1) {
    const errors = (validate.errors ?? []).filter((error) => !isNoise(error));
    for (const error of errors) if (error.keyword === "additionalProperties") withoutUnknown(value, error);
    if (!errors.filter((error) => !isMild(error)).every((error) => repair.mend(error))) return undefined;
    if (validate(value)) return repair.paths;
    if ((validate.errors ?? []).every((error) => isNoise(error) || isBearable(error))) return repair.paths;
  }
  return undefined;
}

/** What a schema refuses of a value that came from no YAML file; at most a hundred findings without a place. */
export function schemaProblems(
  value: unknown,
  schema: string,
): Pick<Finding, "rule" | "property" | "message">[] {
  const validate = validatorOf(schema);
  if (validate(value)) return [];
  const errors = (validate.errors ?? []).filter((error) => !isNoise(error));
  return errors.slice(0, findingsMax).map((error) => {
    const { property, reason } = checkFailure(error as SchemaError);
    return { rule: ruleOfSchemaError(error.keyword, property), property, message: reason };
  });
}

export interface UsableYaml<Value> {
  readonly yaml: ValidYaml<Value>;
  /** What is wrong with it. */
  readonly findings: readonly Finding[];
  /** Where its value was made usable; what follows from that alone is not to be told. */
  readonly repairs: readonly YamlPath[];
}

/**
 * A file that may be wrong, made usable so that its other parts can be checked; properties that the schema does not
 * know are left out. Throws a `DefinitionError` with all findings where there is no going on.
 */
export function readUsableYaml<Value>(file: string, schema: string, text?: string): UsableYaml<Value> {
  const yaml = readYaml(file, text);
  const validate = validatorOf(schema);
  if (validate(yaml.value)) return { yaml: yaml as ValidYaml<Value>, findings: [], repairs: [] };
  const errors = (validate.errors ?? []).filter((error) => !isNoise(error));
  const findings = errors.slice(0, findingsMax).map((error) => toFinding(yaml, error));
  const repairs = repaired(yaml.value, validate);
  if (repairs === undefined) throw new DefinitionError(findings, new Map([[file, yaml.text]]));
  return { yaml: yaml as ValidYaml<Value>, findings, repairs };
}

/** Throws a `DefinitionError` with all findings. `text` if the text of the file is known. */
export function readValidYaml<Value>(file: string, schema: string, text?: string): ValidYaml<Value> {
  const { yaml, findings } = readUsableYaml<Value>(file, schema, text);
  if (findings.length > 0) throw new DefinitionError(findings, new Map([[file, yaml.text]]));
  return yaml;
}
