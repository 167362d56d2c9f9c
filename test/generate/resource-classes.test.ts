import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { formatted } from "../../generate/formatted.ts";
import { outputSchemas } from "../../generate/output-schemas.ts";
import { resourceClassesText } from "../../generate/resource-classes.ts";
import { resourceClasses } from "../../provider/dynamic/resource-classes.ts";
import { kindNames } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";

it("provider/dynamic/resources.ts says what kinds and outputs say; else: npm run generate", async () => {
  const file = path.resolve(import.meta.dirname, "../../provider/dynamic/resources.ts");
  const text = await formatted(file, resourceClassesText(outputSchemas()));
  expect(fs.readFileSync(file, "utf8")).toBe(text);
});

it.each(kindNames)("%s has a resource class of its name", (kind) => {
  expect(resourceClasses[kind].name).toBe(kinds[kind].className);
});
