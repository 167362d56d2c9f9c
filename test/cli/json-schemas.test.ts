/** There is a schema in schema/cli for what each command prints with `--json`. */
import { describe, expect, it } from "vitest";
import { jsonOutputsOf } from "../../generate/cli-pages.ts";
import { cliSchemas, schemaFileName } from "../../generate/cli-schemas.ts";
import { allNodes, commandTree } from "../../provider/cli/command-tree.ts";
import { program } from "../../provider/cli/program.ts";
import { schemaFiles } from "./output-schemas.ts";

describe("the schemas", () => {
  it("are the types of provider/cli/json; else: npm run generate", () => {
    const schemas = cliSchemas();
    expect([...schemaFiles.keys()].sort()).toEqual(Object.keys(schemas).map(schemaFileName).sort());
    for (const [name, schema] of Object.entries(schemas))
      expect(schemaFiles.get(schemaFileName(name))!.schema).toEqual(schema);
  });

  it("are there for every command, and no other", () => {
    const root = program();
    const bare = allNodes(commandTree(root)).filter(
      ({ command, children }) => children.length === 0 && command.jsonOutputs.length === 0,
    );
    expect(bare.map(({ words }) => words.join(" "))).toEqual([]);
    const named = jsonOutputsOf(root).map(({ name }) => schemaFileName(name));
    expect([...named, schemaFileName("error")].sort()).toEqual([...schemaFiles.keys()].sort());
  });
});
