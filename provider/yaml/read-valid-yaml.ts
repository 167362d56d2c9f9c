/** Reads a YAML file and holds it against a JSON Schema; what is wrong is told with file, line and column. */
import { createRequire } from "node:module";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { checkFailure, type SchemaError } from "../schemas/schema-reason.ts";
import { DefinitionError, type Finding } from "./definition-error.ts";
import { ruleOfSchemaError } from "./schema-error-rule.ts";
import { readYaml, type YamlFile, type YamlPath } from "./read-yaml.ts";

export interface ValidYaml<Value> extends Omit<YamlFile, "value"> {
  readonly value: Value;
}

const findingsMax = 100;
const load = createRequire(import.meta.url);
const compiled = new Map<string, ValidateFunction>();

function validatorOf(schema: string): ValidateFunction {
  let validate = compiled.get(schema);
  if (!validate) {
    const ajv = new Ajv2020({ strict: true, allErrors: true, verbose: true, allowUnionTypes: true });
    addFormats.default(ajv, ["date-time"]);
    for (const keyword of ["x-unit", "x-pattern-help"]) ajv.addKeyword(keyword);
    // Two folders up in the sources (provider/yaml) and in the build (dist/yaml) alike.
    const read = (name: string): object => load(`../../schema/${name}.schema.json`) as object;
    // A part refers to the whole, which is looked up by its id and never over a network.
    if (schema === "stack-part") ajv.addSchema(read("stack"));
    validate = ajv.compile(read(schema));
    compiled.set(schema, validate);
  }
  return validate;
}

function toPath(pointer: string): YamlPath {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function toFinding(yaml: YamlFile, error: ErrorObject): Finding {
  const path = toPath(error.instancePath);
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
const deciding = /\/(kind|instanceType)$/;

function isMild({ keyword, instancePath }: ErrorObject): boolean {
  return mild.has(keyword) && !deciding.test(instancePath);
}

/** Takes a property out that the schema does not know. */
function withoutUnknown(value: unknown, error: ErrorObject): void {
  const holder = toPath(error.instancePath).reduce<unknown>(
    (inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step],
    value,
  );
  delete (holder as Record<string, unknown> | undefined)?.[String(error.params["additionalProperty"])];
}

export interface UsableYaml<Value> {
  readonly yaml: ValidYaml<Value>;
  /** What is wrong with it. */
  readonly findings: readonly Finding[];
}

/**
 * A file that may be wrong in ways that do not keep its other parts from being checked; properties that the schema
 * does not know are left out. Throws a `DefinitionError` with all findings where there is no going on.
 */
export function readUsableYaml<Value>(file: string, schema: string, text?: string): UsableYaml<Value> {
  const yaml = readYaml(file, text);
  const validate = validatorOf(schema);
  if (validate(yaml.value)) return { yaml: yaml as ValidYaml<Value>, findings: [] };
  const errors = (validate.errors ?? []).filter((error) => !isNoise(error));
  const findings = errors.slice(0, findingsMax).map((error) => toFinding(yaml, error));
  if (!errors.every(isMild)) throw new DefinitionError(findings, new Map([[file, yaml.text]]));
  for (const error of errors) if (error.keyword === "additionalProperties") withoutUnknown(yaml.value, error);
  return { yaml: yaml as ValidYaml<Value>, findings };
}

/** Throws a `DefinitionError` with all findings. `text` when that of the file is known. */
export function readValidYaml<Value>(file: string, schema: string, text?: string): ValidYaml<Value> {
  const { yaml, findings } = readUsableYaml<Value>(file, schema, text);
  if (findings.length > 0) throw new DefinitionError(findings, new Map([[file, yaml.text]]));
  return yaml;
}
