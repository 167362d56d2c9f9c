import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSchema } from "../../provider/handlers/check-schema.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import type { StackFile } from "../../provider/stack/stack-file.ts";
import { writeYaml } from "../../provider/yaml/write-yaml.ts";
import { writeMachine } from "../machines/machine-folder.ts";
import { temporaryFolder } from "../setup/temporary-folder.ts";
import { arbitraryStack, type PlacedStack } from "./arbitrary-definition.ts";

const root = "definitions";

function writeAndRead({ definition, inventories }: PlacedStack, folder: string): StackFile {
  fs.rmSync(path.join(folder, root), { recursive: true, force: true });
  for (const [inventory, machines] of inventories) {
    fs.mkdirSync(path.join(folder, root, inventory), { recursive: true });
    for (const name of machines) writeMachine(path.join(folder, root, inventory), name);
  }
  const file = path.join(folder, root, "siterecovery.yaml");
  fs.writeFileSync(file, writeYaml(definition));
  return readStack(file);
}

describe("a definition at random", () => {
  it("is read as it was written", () => {
    const folder = temporaryFolder();
    fc.assert(
      fc.property(arbitraryStack, (stack) => {
        const { definition } = writeAndRead(stack, folder);
        expect(JSON.parse(JSON.stringify(definition))).toEqual(stack.definition);
      }),
      { numRuns: 100 },
    );
  });

  it("declares arguments that every handler's own check takes, each after what it depends on", () => {
    const folder = temporaryFolder();
    fc.assert(
      fc.property(arbitraryStack, (stack) => {
        const seen = new Set<string>();
        for (const declaration of declarationsOf(writeAndRead(stack, folder))) {
          const { logicalName, kind, inputs, dependsOn } = declaration;
          const failures = checkSchema(kind, JSON.parse(JSON.stringify(inputs)) as object);
          expect(failures, `${logicalName}: ${JSON.stringify(inputs)}`).toEqual([]);
          for (const name of dependsOn) expect(seen, `${logicalName} depends on ${name}`).toContain(name);
          expect(seen).not.toContain(logicalName);
          seen.add(logicalName);
        }
      }),
      { numRuns: 100 },
    );
  });
});
