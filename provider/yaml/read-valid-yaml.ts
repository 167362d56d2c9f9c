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

/** Throws a `DefinitionError` with all findings. */
export function readValidYaml<Value>(file: string, schema: string): ValidYaml<Value> {
  const yaml = readYaml(file);
  const validate = validatorOf(schema);
  if (!validate(yaml.value)) {
    const errors = (validate.errors ?? []).filter((error) => !isNoise(error));
    const findings = errors.slice(0, findingsMax).map((error) => toFinding(yaml, error));
    throw new DefinitionError(findings, new Map([[file, yaml.text]]));
  }
  return yaml as ValidYaml<Value>;
}
