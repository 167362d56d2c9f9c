import { describe, expect, test } from "vitest";
import { outputSchemas } from "../../generate/output-schemas.ts";
import { kindNames } from "../../provider/kinds/kind.ts";
import { outputSchemaOf } from "../../provider/schemas/json-schema.ts";

describe("schema/outputs", () => {
  const fromTypes = outputSchemas();

  test.each(kindNames)("%s says what the type of its outputs says; else: npm run generate", (kind) => {
    expect(outputSchemaOf(kind)).toEqual(fromTypes[kind]);
    expect(outputSchemaOf(kind).required).toEqual(expect.arrayContaining(["name", "type"]));
  });
});
