/** From JSON Schema to the types of a Pulumi package schema: each object and each choice of words gets a name. */
import type { JsonSchema } from "../schemas/json-schema.ts";
import type { ObjectSpec, PropertySpec, TypeSpec } from "./package-spec.ts";

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** `properties` is a level of Azure's and not a word of the field: it stands in a name only when it is the last. */
function nameOf(path: readonly string[], suffix: string): string {
  const words = path.filter((word, at) => word !== "properties" || at === path.length - 1);
  return words.map(capitalised).join("") + suffix;
}

export class TypeSpecs {
  readonly types: Record<string, ObjectSpec> = {};
  readonly #package: string;

  constructor(packageName: string) {
    this.#package = packageName;
  }

  #register(name: string, spec: ObjectSpec): TypeSpec {
    const token = `${this.#package}:index:${name}`;
    const known = this.types[token];
    if (known && JSON.stringify(known) !== JSON.stringify(spec))
      throw new Error(`Two different types would be called ${token}`);
    this.types[token] = spec;
    return { $ref: `#/types/${token}` };
  }

  /** The properties of an object. `suffix` keeps what is put out apart from what goes in. */
  properties(
    root: JsonSchema,
    schema: JsonSchema,
    path: string[],
    suffix: string,
  ): Record<string, PropertySpec> {
    const entries = Object.entries(schema.properties ?? {}).map(([key, inner]) => {
      const spec: PropertySpec = {
        ...this.#type(root, inner, [...path, key], suffix),
        ...(inner.description === undefined ? {} : { description: inner.description }),
        ...(inner.default === undefined ? {} : { default: inner.default }),
        ...(inner.const === undefined ? {} : { const: inner.const }),
        ...(inner["x-immutable"] === true ? { willReplaceOnChanges: true } : {}),
        ...(inner["x-secret"] === true ? { secret: true } : {}),
      };
      return [key, spec] as const;
    });
    return Object.fromEntries(entries);
  }

  #object(root: JsonSchema, schema: JsonSchema, path: string[], suffix: string): TypeSpec {
    const properties = this.properties(root, schema, path, suffix);
    return this.#register(nameOf(path, suffix), {
      type: "object",
      ...(schema.description === undefined ? {} : { description: schema.description }),
      properties,
      required: [...(schema.required ?? [])].sort(),
    });
  }

  #union(root: JsonSchema, schema: JsonSchema, path: string[], suffix: string): TypeSpec {
    const tag = schema.discriminator?.propertyName;
    const mapping: Record<string, string> = {};
    const oneOf = schema.oneOf!.map((branch) => {
      const word = tag === undefined ? undefined : branch.properties?.[tag]?.const;
      const spec = this.#type(root, branch, word === undefined ? path : [...path, word], suffix);
      if (word !== undefined && spec.$ref !== undefined) mapping[word] = spec.$ref;
      return spec;
    });
    return tag === undefined ? { oneOf } : { oneOf, discriminator: { propertyName: tag, mapping } };
  }

  #words(schema: JsonSchema, path: string[], suffix: string): TypeSpec {
    return this.#register(nameOf(path, suffix), {
      type: "string",
      ...(schema.description === undefined ? {} : { description: schema.description }),
      // `true` and `false` are words of their own in most languages.
      enum: schema.enum!.map((value) =>
        value === "true" || value === "false"
          ? { name: value === "true" ? "Yes" : "No", value }
          : { value: String(value) },
      ),
    });
  }

  #type(root: JsonSchema, schema: JsonSchema, path: string[], suffix: string): TypeSpec {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.split("/").at(-1)!;
      return this.#type(root, root.$defs![name]!, [path[0]!, name], suffix);
    }
    if (schema.oneOf) return this.#union(root, schema, path, suffix);
    if (schema.properties) return this.#object(root, schema, path, suffix);
    if (schema.items) return { type: "array", items: this.#type(root, schema.items, path, suffix) };
    if (schema.type === "object") {
      const rest = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
      return { type: "object", additionalProperties: this.#type(root, rest, path, suffix) };
    }
    // Choices of what is put out may grow; numbers that can be chosen have no names.
    if (schema.enum && schema.type === "string" && suffix === "") return this.#words(schema, path, suffix);
    return schema.type === undefined ? { $ref: "pulumi.json#/Any" } : { type: schema.type };
  }
}
