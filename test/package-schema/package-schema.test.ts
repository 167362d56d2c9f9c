import { describe, expect, test } from "vitest";
import { schemaOf } from "../../provider/handlers/check-schema.ts";
import { kindNames } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { lookups } from "../../provider/lookups/registry.ts";
import { packageSchema, tokenOf } from "../../provider/package-schema/package-schema.ts";
import type { PropertySpec, TypeSpec } from "../../provider/package-schema/package-spec.ts";
import { TypeSpecs } from "../../provider/package-schema/type-specs.ts";

const schema = packageSchema();
const words = ["boolean", "integer", "number", "string"];

/** What a schema of Pulumi's may say of a type: exactly one sort, and references that lead somewhere. */
function wrongWith(spec: TypeSpec): string | undefined {
  const { type, $ref, items, additionalProperties, oneOf, discriminator } = spec;
  if ($ref !== undefined) {
    if ($ref === "pulumi.json#/Any") return undefined;
    return $ref.replace(/^#\/types\//, "") in schema.types ? undefined : `${$ref} leads nowhere`;
  }
  if (oneOf) {
    if (type !== undefined) return "a choice has no type of its own";
    const targets = Object.values(discriminator?.mapping ?? {});
    const branches = oneOf.map((branch) => branch.$ref);
    if (discriminator && (targets.length !== oneOf.length || !targets.every((one) => branches.includes(one))))
      return "the mapping does not name the branches";
    return oneOf.map(wrongWith).find((wrong) => wrong !== undefined);
  }
  if (type === "array") return items ? wrongWith(items) : "an array has items";
  if (type === "object") return additionalProperties ? wrongWith(additionalProperties) : "a map has values";
  return type !== undefined && words.includes(type) ? undefined : `${String(type)} is no type`;
}

/** All properties of all types, resources and functions, each with a name to find it by. */
function* everyProperty(): Generator<[string, PropertySpec]> {
  const groups: [string, Record<string, PropertySpec> | undefined, string[] | undefined][] = [
    ...Object.entries(schema.types).map(([name, type]) => [name, type.properties, type.required] as const),
    ...Object.entries(schema.resources).flatMap(([name, one]) => [
      [`${name} out`, one.properties, one.required] as const,
      [`${name} in`, one.inputProperties, one.requiredInputs] as const,
    ]),
    ...Object.entries(schema.functions).flatMap(([name, one]) => [
      [`${name} in`, one.inputs.properties, one.inputs.required] as const,
      [`${name} out`, one.outputs.properties, one.outputs.required] as const,
    ]),
  ].map((group) => [...group] as never);
  for (const [name, properties = {}, required = []] of groups) {
    expect(Object.keys(properties), name).toEqual(expect.arrayContaining(required));
    for (const [key, property] of Object.entries(properties)) yield [`${name}.${key}`, property];
  }
}

describe("the package schema", () => {
  test("has every kind and every lookup", () => {
    expect(Object.keys(schema.resources)).toEqual(kindNames.map((name) => tokenOf(kinds[name])));
    const functions = [...lookups.keys()].map((name) => `siterecovery:index:${name}`);
    expect(Object.keys(schema.functions)).toEqual(functions);
  });

  test("says what it is, for every language", () => {
    for (const key of ["name", "version", "displayName", "description", "license", "publisher"] as const)
      expect(schema[key], key).toMatch(/\S/);
    // Where nobody publishes anything yet, somebody else could.
    expect(schema).not.toHaveProperty("pluginDownloadURL");
    expect(schema.keywords).toEqual(expect.arrayContaining(["kind/native", "category/infrastructure"]));
    expect(Object.keys(schema.language).sort()).toEqual(["csharp", "go", "java", "nodejs", "python"]);
    for (const one of Object.values(schema.language)) expect(one["respectSchemaVersion"]).toBe(true);
  });

  test("its types are such as Pulumi takes, and all its properties are described", () => {
    let count = 0;
    for (const [name, property] of everyProperty()) {
      count += 1;
      expect(wrongWith(property), name).toBeUndefined();
      expect(property.description, name).toMatch(/\S.*\.$/);
      if (property.const !== undefined) expect(typeof property.const, name).toBe(property.type);
      // These belong to every resource already.
      if (/index:\w+ (in|out)\.(id|urn)$/.test(name)) expect(name).toMatch(/:get/);
    }
    expect(count).toBeGreaterThan(300);
    for (const [name, { enum: values }] of Object.entries(schema.types))
      if (values) expect(new Set(values.map(({ value }) => value)).size, name).toBe(values.length);
  });

  test.each(kindNames)("%s: names, defaults, choices and what replaces are those of its schema", (name) => {
    const { properties, required } = schemaOf(name) as {
      properties: Record<
        string,
        { default?: unknown; enum?: unknown[]; type?: string; "x-immutable"?: boolean }
      >;
      required: string[];
    };
    const { inputProperties, requiredInputs, description } = schema.resources[tokenOf(kinds[name])]!;
    expect(Object.keys(inputProperties)).toEqual(Object.keys(properties));
    expect(requiredInputs).toEqual([...required].sort());
    expect(description).toContain(`## Import`);
    for (const [key, one] of Object.entries(properties)) {
      expect(inputProperties[key]!.default, key).toBe(one.default);
      expect(inputProperties[key]!.willReplaceOnChanges, key).toBe(one["x-immutable"]);
      if (!one.enum || one.type !== "string") continue;
      const type = schema.types[inputProperties[key]!.$ref!.replace("#/types/", "")]!;
      expect(type.enum!.map(({ value }) => value)).toEqual(one.enum);
    }
  });

  test("whatever is put out has a type of its own in each language, and whole numbers are integers", () => {
    const fractions = /\.(dataAgeSeconds|measuredR[pt]oSeconds)$/;
    for (const [name, { type, $ref, oneOf, items, additionalProperties }] of everyProperty()) {
      if (!/ out\.|(Response|Result)\./.test(name)) continue;
      for (const one of [{ type, $ref, oneOf, additionalProperties }, items ?? {}]) {
        expect(one.oneOf ?? one.additionalProperties, name).toBeUndefined();
        expect(one.$ref, name).not.toBe("pulumi.json#/Any");
        if (one.type === "number") expect(name).toMatch(fractions);
      }
    }
    const details = schema.types["siterecovery:index:ReplicationPolicyProviderSpecificDetailsResponse"]!;
    expect(details.properties).toMatchObject({
      recoveryPointHistoryDurationInHours: { type: "integer" },
      replicaDeletionOption: { type: "string" },
    });
  });

  test("what a schema marks as secret is secret", () => {
    const types = new TypeSpecs("siterecovery");
    const marked = { properties: { key: { type: "string", "x-secret": true }, name: { type: "string" } } };
    expect(types.properties(marked, marked, ["Safe"], "")).toEqual({
      key: { type: "string", secret: true },
      name: { type: "string" },
    });
  });
});
