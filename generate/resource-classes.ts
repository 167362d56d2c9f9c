/** Writes `provider/dynamic/resources.ts`: the resource class of each kind, from the kinds and the types of their outputs. */
import { schemaOf } from "../provider/handlers/check-schema.ts";
import { type KindName, kindNames } from "../provider/kinds/kind.ts";
import { kinds } from "../provider/kinds/registry.ts";
import type { JsonSchema } from "../provider/schemas/json-schema.ts";
import type { OutputSchema } from "./type-reader.ts";

/** `protected-item` → `ProtectedItem`. */
function typeNameOf(kind: KindName): string {
  return kind.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What each file in provider/kinds exports of a kind. */
function namesOf(kind: KindName): {
  readonly inputs: string;
  readonly kind: string;
  readonly outputs: string;
} {
  const name = typeNameOf(kind);
  const constant = `${name[0]!.toLowerCase()}${name.slice(1)}Kind`;
  return { inputs: `${name}Inputs`, kind: constant, outputs: `${name}Outputs` };
}

/** Names of a resource's outputs: those that all resources have come first. */
function outputsOf({ properties = {} }: OutputSchema): string[] {
  return ["name", "type", ...Object.keys(properties).filter((name) => name !== "name" && name !== "type")];
}

function importOf(kind: KindName): string {
  const names = namesOf(kind);
  return `import { type ${names.inputs}, ${names.kind}, type ${names.outputs} } from "../kinds/${kind}.ts";`;
}

function classOf(kind: KindName, outputs: readonly string[]): string {
  const names = namesOf(kind);
  const { className } = kinds[kind];
  const { description } = schemaOf(kind) as JsonSchema;
  if (description === undefined) throw new Error(`schema/${kind}.schema.json has no description`);
  const properties = outputs.map(
    (name) => `declare readonly ${name}: pulumi.Output<${names.outputs}["${name}"]>;`,
  );
  return `
export type ${className}Args = DeclaredArgs<${names.inputs}>;

/** ${description} */
export class ${className} extends DeclaredResource {
  ${properties.join("\n  ")}

  constructor(name: string, args: ${className}Args, options?: pulumi.CustomResourceOptions) {
    super(${names.kind}, name, args, ${JSON.stringify(outputs)}, options);
  }
}
`;
}

/** The text of `provider/dynamic/resources.ts`. Throws for a kind whose schema has no description. */
export function resourceClassesText(schemas: Readonly<Record<KindName, OutputSchema>>): string {
  return [
    "/** Written by `npm run generate` from provider/kinds, schema and schema/outputs. Do not change it by hand. */",
    'import type * as pulumi from "@pulumi/pulumi";',
    ...kindNames.map(importOf),
    'import { DeclaredResource } from "./declared-resource.ts";',
    'import type { DeclaredArgs } from "./input-of.ts";',
    ...kindNames.map((kind) => classOf(kind, outputsOf(schemas[kind]))),
  ].join("\n");
}
