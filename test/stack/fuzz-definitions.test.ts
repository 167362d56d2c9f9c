import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isRuleId } from "../../provider/rules/registry.ts";
import { matcherOf } from "../../provider/stack/name-pattern.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { goodDefinition } from "./good-definition.ts";
import { makeSurroundings } from "./surroundings.ts";

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-fuzz-"));
  makeSurroundings(folder);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Reads it as a definition: it is right, or all that comes of it are findings with a rule and a place. */
function expectFindingsOnly(bytes: string | Uint8Array): void {
  const file = path.join(folder, "siterecovery.yaml");
  fs.writeFileSync(file, bytes);
  try {
    expect(readStack(file).definition.version).toBe(1);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    expect(error.findings.length).toBeGreaterThan(0);
    for (const { rule, line, column, message } of error.findings) {
      expect(isRuleId(rule)).toBe(true);
      expect(Math.min(line, column)).toBeGreaterThan(0);
      expect(message).not.toBe("");
    }
    expect(error.format()).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  }
}

/** What hostile and clumsy people put into definitions. */
const splinter = fc.oneof(
  fc.constantFrom(
    "{",
    "[",
    "]",
    "}",
    "- ",
    ": ",
    "? ",
    "&a ",
    "*a",
    "!!js/function ",
    "<<: *a",
    "%YAML 1.1\n",
    "---\n",
    "...\n",
    "__proto__",
    "constructor",
    "\u0000",
    "\u202e",
    "\ufeff",
    "\r\n",
    "\t",
    '"',
    "'",
    "|",
    ">",
    "#",
    ".inf",
    "-0",
    "1e999",
    "0777",
    "9007199254740993",
    "null",
    "~",
    "web*",
    "*",
    "?",
    "../..",
    "/etc",
    "include: [siterecovery.yaml]",
    "include: ['*']",
    "include: [.]",
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);

describe("whatever stands in a definition", () => {
  it("comes to findings and never to an exception: text at random", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 400 }), expectFindingsOnly), {
      numRuns: 300,
    });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectFindingsOnly), { numRuns: 200 });
  });

  it("comes to findings and never to an exception: a good definition with parts cut out and put in", () => {
    const edit = fc.record({ at: fc.nat(goodDefinition.length), cut: fc.nat(12), put: splinter });
    const mutated = fc
      .array(edit, { minLength: 1, maxLength: 4 })
      .map((edits) =>
        edits.reduce(
          (text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut),
          goodDefinition,
        ),
      );
    fc.assert(fc.property(mutated, expectFindingsOnly), { numRuns: 600 });
  });

  it("comes to findings and never to an exception: a good definition with a value of another sort", () => {
    const tokens = [...goodDefinition.matchAll(/(?<=[:[,] ?)[\w-]+/g)].map((match) => match.index);
    const replaced = fc
      .tuple(fc.constantFrom(...tokens), fc.json({ maxDepth: 3 }))
      .map(
        ([at, value]) =>
          goodDefinition.slice(0, at) + goodDefinition.slice(at).replace(/^[\w-]+/, () => value),
      );
    fc.assert(fc.property(replaced, expectFindingsOnly), { numRuns: 400 });
  });
});

describe("a pattern of names", () => {
  it("matches what the same regular expression matches", () => {
    const name = fc.stringMatching(/^[abA]{0,7}$/);
    const pattern = fc.stringMatching(/^[ab*?]{0,6}$/);
    fc.assert(
      fc.property(pattern, name, (text, candidate) => {
        const expression = text.replaceAll("*", ".*").replaceAll("?", ".");
        expect(matcherOf(text)(candidate)).toBe(new RegExp(`^${expression}$`, "i").test(candidate));
      }),
      { numRuns: 2_000 },
    );
  });
});
