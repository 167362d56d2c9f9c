import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { formatted } from "../../generate/formatted.ts";
import { kindPages } from "../../generate/kind-pages.ts";
import { checkSchema } from "../../provider/handlers/check-schema.ts";
import { kindNames } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { exampleOf, typescriptExample, yamlExample } from "../../provider/package-schema/examples.ts";

const folder = path.resolve(import.meta.dirname, "../../docs/resources");

/** References as values that they could have. */
function resolved(value: unknown): unknown {
  if (typeof value === "string")
    return value
      .replaceAll(/\$\{\w+\.id\}/g, "/subscriptions/s/resourceGroups/dr/providers/Microsoft.Any/things/thing")
      .replaceAll(/\$\{(\w+)\.name\}/g, "$1");
  if (Array.isArray(value)) return value.map(resolved);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one)]));
}

describe.each(kindNames)("the page of the kind %s", (name) => {
  const kind = kinds[name];

  test("has an example that its schema accepts", () => {
    expect(checkSchema(name, resolved(exampleOf(kind).inputs) as object)).toEqual([]);
    expect(exampleOf(kind).logicalName).toMatch(/^[\w-]+$/);
  });

  test("shows it in both languages with the same values", () => {
    const { resources } = parse(yamlExample(kind)) as { resources: Record<string, object> };
    const { logicalName, inputs } = exampleOf(kind);
    expect(resources[logicalName]).toEqual({ type: `siterecovery:${kind.className}`, properties: inputs });
    const given: unknown[] = [];
    const outputs = (of: string): object => ({ id: `\${${of}.id}`, name: `\${${of}.name}` });
    const variables = [
      ...new Set([...typescriptExample(kind).matchAll(/\b(\w+)\.(?:id|name)\b/g)].map(([, one]) => one!)),
    ];
    const pulumi = {
      interpolate: (texts: readonly string[], ...values: string[]) =>
        texts.map((text, index) => text + (values[index] ?? "")).join(""),
    };
    const made = function (...all: unknown[]): void {
      given.push(...all);
    };
    const run = new Function("sr", "pulumi", ...variables, typescriptExample(kind)) as CallableFunction;
    run({ [kind.className]: made }, pulumi, ...variables.map(outputs));
    expect(given).toEqual([logicalName, inputs]);
  });
});

test("docs/resources is what the schemas say; else: npm run generate", async () => {
  const pages = kindPages();
  expect(fs.readdirSync(folder).sort()).toEqual(Object.keys(pages).sort());
  for (const [name, text] of Object.entries(pages)) {
    const file = path.join(folder, name);
    expect(fs.readFileSync(file, "utf8"), name).toBe(await formatted(file, text));
  }
});
