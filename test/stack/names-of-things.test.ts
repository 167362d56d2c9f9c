/** Names: one that a definition passes with is one that an update takes, for everything that has a name. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocument, isMap, isScalar, visit } from "yaml";
import { checkSchema } from "../../provider/handlers/check-schema.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import { namedThings } from "../../provider/stack/named-things.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { goodDefinition } from "./good-definition.ts";
import { hyperVToAzure, makeSites, vmmToSite, vmwareToAzure, vmwareToSite } from "./six-flows.ts";

const definitions = { goodDefinition, hyperVToAzure, vmmToSite, vmwareToAzure, vmwareToSite };
const oddNames = ["x", "9", "name.", "two words", "-dash", "dash-", "a".repeat(64), "a_b", "a#b"];

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-names-"));
  makeSites(folder);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Every `name` and `server` of a definition, each in turn replaced. */
function* renamed(text: string, to: string): Generator<string> {
  const count = { all: 0 };
  visit(parseDocument(text), { Pair: (_key, pair) => void (isName(pair) && (count.all += 1)) });
  for (let at = 0; at < count.all; at += 1) {
    const document = parseDocument(text);
    let seen = 0;
    visit(document, {
      Pair: (_key, pair) => {
        if (!isName(pair)) return;
        if (seen === at && isScalar(pair.value)) pair.value.value = to;
        seen += 1;
      },
    });
    yield document.toString();
  }
}

function isName({ key, value }: { key: unknown; value: unknown }): boolean {
  return isScalar(key) && ["name", "server"].includes(String(key.value)) && isScalar(value) && !isMap(value);
}

describe.each(Object.entries(definitions))("%s", (_name, text) => {
  it("has no name that validate passes and an update refuses", () => {
    const file = path.join(folder, "siterecovery.yaml");
    let passed = 0;
    let refused = 0;
    for (const odd of oddNames) {
      for (const changed of renamed(text, odd)) {
        fs.writeFileSync(file, changed);
        try {
          for (const { kind, inputs, logicalName } of declarationsOf(readStack(file, { inventory: "none" })))
            expect(checkSchema(kind, inputs), `${logicalName}: ${odd}`).toEqual([]);
          passed += 1;
        } catch (error) {
          if (!(error instanceof DefinitionError)) throw error;
          refused += 1;
        }
      }
    }
    expect(passed + refused).toBeGreaterThan(oddNames.length * 4);
    expect(refused).toBeGreaterThan(0);
  });

  it("has each of its resources among the things with a name, but for what is named after others", () => {
    const file = path.join(folder, "siterecovery.yaml");
    fs.writeFileSync(file, text);
    const stack = readStack(file, { inventory: "none" });
    const named = new Set(namedThings(stack.definition).map(({ kind }) => kind));
    const after = ["container-mapping", "network-mapping", "storage-classification-mapping"];
    const declared = declarationsOf(stack).map(({ kind }) => kind);
    // A site that is no VMM site has one container, under its own name.
    const own = stack.definition.sites.some(({ kind }) => kind === "vmm") ? [] : ["protection-container"];
    expect(declared.filter((kind) => !named.has(kind) && ![...after, ...own].includes(kind))).toEqual([]);
  });
});
