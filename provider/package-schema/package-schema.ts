/**
 * The schema of the Pulumi package `siterecovery`, from which Pulumi makes SDKs in all its languages and which its
 * YAML is checked with. All of it is made from what is there anyway: the JSON Schemas of the kinds' arguments, the
 * schemas of what they put out, the registry of kinds, and the lookups.
 */
import { schemaOf } from "../handlers/check-schema.ts";
import { type Kind, kindNames } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import type { Lookup } from "../lookups/lookup.ts";
import { lookups } from "../lookups/registry.ts";
import { packageVersion } from "../package-version.ts";
import { configuration } from "./configuration.ts";
import { typescriptExample, yamlExample } from "./examples.ts";
import { type JsonSchema, outputSchemaOf } from "../schemas/json-schema.ts";
import { language } from "./languages.ts";
import type { FunctionSpec, ObjectSpec, PackageSpec, ResourceSpec } from "./package-spec.ts";
import { TypeSpecs } from "./type-specs.ts";

export const packageName = "siterecovery";

/** The type token of a kind: `siterecovery:index:Vault`. */
export function tokenOf(kind: Kind): string {
  return `${packageName}:index:${kind.className}`;
}

/** The token of a lookup: `siterecovery:index:getVault`. */
export function functionToken({ name }: Pick<Lookup, "name">): string {
  return `${packageName}:index:${name}`;
}

/** How an existing thing of the kind is taken into a program. */
function importSection({ className, path }: Kind): string {
  const id = `/subscriptions/{subscription}/resourceGroups/{resourceGroupName}/providers/${path}`;
  return `## Import\n\nBy its ARM id:\n\n\`\`\`sh\npulumi import ${packageName}:index:${className} <name> ${id}\n\`\`\``;
}

/** Between the marks that Pulumi's tools look for. */
function exampleSection(kind: Kind): string {
  const inTypescript = `\`\`\`typescript\nimport * as sr from "@siterecovery/pulumi";\n\n${typescriptExample(kind)}\`\`\``;
  const inYaml = `\`\`\`yaml\n${yamlExample(kind)}\`\`\``;
  const example = `{{% example %}}\n### A ${kind.title}\n\n${inTypescript}\n\n${inYaml}\n{{% /example %}}`;
  return `{{% examples %}}\n## Example Usage\n\n${example}\n{{% /examples %}}`;
}

function resourceSpec(kind: Kind, types: TypeSpecs): ResourceSpec {
  const inputs = schemaOf(kind.kind) as JsonSchema;
  const outputs = outputSchemaOf(kind.kind);
  return {
    description: `${inputs.description ?? kind.title}\n\n${exampleSection(kind)}\n\n${importSection(kind)}`,
    properties: types.properties(outputs, outputs, [kind.className], "Response"),
    required: [...(outputs.required ?? [])].sort(),
    inputProperties: types.properties(inputs, inputs, [kind.className], ""),
    requiredInputs: [...(inputs.required ?? [])].sort(),
  };
}

/** The schema of the package, as the plugin hands it out and `siterecovery schema --pulumi` prints it. */
export function packageSchema(): PackageSpec {
  const types = new TypeSpecs(packageName);
  const resources = Object.fromEntries(
    kindNames.map((name) => [tokenOf(kinds[name]), resourceSpec(kinds[name], types)]),
  );
  return {
    name: packageName,
    version: packageVersion(),
    displayName: "Site Recovery",
    description: "Disaster recovery as code over an embedded replication and failover engine.",
    keywords: ["pulumi", "siterecovery", "disaster-recovery", "category/infrastructure", "kind/native"],
    license: "Apache-2.0",
    publisher: "siterecovery",
    attribution: "Names and nesting of the arguments are those of Azure Site Recovery.",
    meta: { moduleFormat: "(.*)", supportPack: true },
    config: { variables: configuration, defaults: [] },
    provider: {
      description: "The provider, over an engine that runs in its own process.",
      inputProperties: configuration,
      requiredInputs: [],
      properties: {},
    },
    types: types.types,
    resources,
    functions: Object.fromEntries(
      [...lookups.values()].map((lookup) => [functionToken(lookup), functionSpec(lookup, types)]),
    ),
    language,
  };
}

/** A lookup as a function of the package. */
export function functionSpec({ name, description, inputs, outputs }: Lookup, types: TypeSpecs): FunctionSpec {
  const spec = (schema: JsonSchema, suffix: string): ObjectSpec => ({
    type: "object",
    properties: types.properties(schema, schema, [name], suffix),
    required: [...(schema.required ?? [])].sort(),
  });
  return { description, inputs: spec(inputs, ""), outputs: spec(outputs, "Result") };
}
